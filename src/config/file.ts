import { parseDocument } from 'yaml'
import { z } from 'zod'
import { ProxyError } from '../errors.js'

/** The settings of a `pgveil.yaml`: scalars by key. The keys are not looked at yet. */
export interface ConfigFile {
  /** The path, for errors. */
  readonly source: string
  readonly values: ReadonlyMap<string, string>
}

const refuse = (source: string, reason: string): never => {
  throw new ProxyError('config_invalid', { reason: `${source}${reason}`, source })
}

const readYaml = (text: string, source: string): unknown => {
  const document = parseDocument(text, { uniqueKeys: true })
  const [problem] = document.errors
  // The library's own message quotes the line, so only its code is passed on.
  if (problem !== undefined) refuse(source, `:${problem.linePos?.[0].line ?? 1}: not valid YAML (${problem.code})`)
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    return refuse(source, ': aliases are not allowed')
  }
}

const SCALARS = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/**
 * Reads the text of a `pgveil.yaml`. Throws `config_invalid` naming source and line, or the key, but no value: a URL
 * in it may hold a password.
 */
export const parseConfigFile = (text: string, source: string): ConfigFile => {
  // An empty file, or one of comments only, is a file without settings.
  const parsed = SCALARS.safeParse(readYaml(text, source) ?? {})
  if (!parsed.success) {
    const key = parsed.error.issues[0]?.path.join('.') ?? ''
    return refuse(source, key === '' ? ': must be a mapping' : `: ${key} must be a single value`)
  }
  return { source, values: new Map(Object.entries(parsed.data).map(([key, value]) => [key, String(value)])) }
}
