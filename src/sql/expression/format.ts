/** format(): only `%s`, since `%I`, `%L` and widths work on the characters of a value. */
import { requirePlain } from '../consume.js'
import type { Content } from '../content.js'
import { bodyOf } from '../tree.js'
import type { Call } from './functions.js'
import { joinTexts } from './operators.js'

/** `%s`, `%1$s` and `%%`, nothing else. */
const PLAIN_FORMAT = /^(?:[^%]|%%|%(?:\d+\$)?s)*$/su

export const formatText = ({ analysis, args, nodes }: Call): Content => {
  const template = bodyOf(nodes[0], 'A_Const')?.sval
  const isPlain = template !== undefined && PLAIN_FORMAT.test(template.sval ?? '')
  if (isPlain) return joinTexts(analysis, args)
  for (const content of args) requirePlain(analysis, content, 'the function format with anything but %s')
  return joinTexts(analysis, [])
}
