/** Bytes from hex, in which spaces and `'text'` in quotes may stand. */
export const hex = (text: string): Buffer =>
  Buffer.concat(
    [...text.matchAll(/'([^']*)'|([0-9a-fA-F]{2})/g)].map(([, quoted, byte]) =>
      quoted === undefined ? Buffer.from(byte ?? '', 'hex') : Buffer.from(quoted, 'utf8'),
    ),
  )
