/** Several policy files seen as one, each entry with the file it comes from. */
import type { Path, PolicyDocument } from './document.js'
import { problemsOf } from './issue.js'
import type { Problem } from './problem.js'
import { policyForm } from './schema.js'
import type { PolicyForm, RoleForm, TableForm } from './schema.js'

/** A file that fits the schema. */
export interface ValidFile {
  readonly document: PolicyDocument
  readonly form: PolicyForm
}

/** One table, role or `default`, with the file and path where it stands. */
export interface Entry<Form> {
  readonly name: string
  readonly form: Form
  readonly document: PolicyDocument
  readonly path: Path
}

export interface Merged {
  readonly tables: readonly Entry<TableForm>[]
  readonly roles: readonly Entry<RoleForm>[]
  readonly fallback: Entry<NonNullable<PolicyForm['default']>> | undefined
  readonly trustsDatabaseLogins: boolean
  readonly categories: ReadonlySet<string>
  readonly allowedDatabaseCode: ReadonlySet<string>
}

/** A problem at the value of `path`, or at its key. */
export const problemAt = (document: PolicyDocument, path: Path, reason: string, where: 'key' | 'value' = 'value'): Problem => ({
  source: document.source, ...(where === 'key' ? document.keyAt(path) : document.valueAt(path)), reason,
})

/** Validates one document against the schema. */
export const validFile = (document: PolicyDocument, problems: Problem[]): ValidFile | undefined => {
  if (document.problems.length > 0) {
    problems.push(...document.problems)
    return undefined
  }
  const result = policyForm.safeParse(document.value)
  if (result.success) return { document, form: result.data }
  problems.push(...problemsOf(document, result.error.issues))
  return undefined
}

const entriesOf = <Form>(files: readonly ValidFile[], key: 'tables' | 'roles', pick: (form: PolicyForm) => Readonly<Record<string, Form>> | undefined): Entry<Form>[] =>
  files.flatMap(({ document, form }) => Object.entries(pick(form) ?? {}).map(([name, entry]) => ({ name, form: entry, document, path: [key, name] })))

const withoutTwins = <Form>(entries: readonly Entry<Form>[], kind: string, problems: Problem[]): readonly Entry<Form>[] => {
  const first = new Map<string, Entry<Form>>()
  for (const entry of entries) {
    const known = first.get(entry.name)
    if (known === undefined) first.set(entry.name, entry)
    else problems.push(problemAt(entry.document, entry.path, `${kind} ${entry.name} is defined twice; the first one is in ${known.document.source}:${known.document.keyAt(known.path).line}`, 'key'))
  }
  return [...first.values()]
}

/** Puts files together in the order given; a table, role or default that stands in two of them is a problem. */
export const mergeFiles = (files: readonly ValidFile[], problems: Problem[]): Merged => {
  const fallbacks = files.flatMap(({ document, form }) => (form.default === undefined ? [] : [{ name: 'default', form: form.default, document, path: ['default'] }]))
  return {
    tables: withoutTwins(entriesOf(files, 'tables', form => form.tables), 'table', problems),
    roles: withoutTwins(entriesOf(files, 'roles', form => form.roles), 'role', problems),
    fallback: withoutTwins(fallbacks, 'the role', problems)[0],
    trustsDatabaseLogins: files.some(({ form }) => form.trust_database_logins === true),
    categories: new Set(files.flatMap(({ form }) => form.categories ?? [])),
    allowedDatabaseCode: new Set(files.flatMap(({ form }) => form.allow_database_code ?? [])),
  }
}
