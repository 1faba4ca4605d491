import type { Field } from './types.js'

const sizeOf = (field: Field): string => (field.type.kind === 'date' ? '' : ', size in steps of 16 bytes (64 from 256 on)')

const presenceOf = (field: Field): string => (field.sealsEmpty || field.type.kind === 'date' ? 'presence (NULL)' : "presence (NULL, '')")

/** One sentence on what the sealed form of `field` still tells whoever reads the database. */
export const leakageLine = (field: Field): string => {
  const always = `${presenceOf(field)}${sizeOf(field)}`
  if (field.protect === 'random') return `random: visible are ${always}`
  return (
    `equality: visible are ${always}, equal values and their frequencies; ` +
    'who can both write through the proxy and read the database can test guesses'
  )
}
