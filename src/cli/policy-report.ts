/** What `policy check` says about a policy, as data; `--json` prints it as it is. */
import { decideRead, leakageLine, mayOverwrite, maySearch, mayWrite } from '../policy/decide.js'
import { fieldTypeText } from '../policy/field-type.js'
import type { PolicyCheck, Problem } from '../policy/parse.js'
import type { Field, MaskSpec, Policy, Role, Treatment } from '../policy/types.js'

export interface AccessReport {
  readonly role: string
  /** `reveal`, `mask last 3`, … */
  readonly read: string
  readonly rule: string
  readonly search: boolean
  readonly write: boolean
  readonly overwrite: boolean
  readonly writesSealed: boolean
}

export interface FieldReport {
  readonly field: string
  readonly columns: readonly string[]
  readonly category: string
  readonly type: string
  readonly protect: string
  readonly leakage: string
  readonly access: readonly AccessReport[]
}

export interface PolicyReport {
  readonly ok: boolean
  readonly hash: string | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly fields: readonly FieldReport[]
}

const maskText = (mask: MaskSpec): string => {
  if ('keep' in mask) return `${mask.kind} ${mask.keep}`
  return 'size' in mask ? `${mask.kind} ${mask.size}` : mask.kind
}

const treatmentText = (treatment: Treatment): string => (treatment.action === 'mask' ? `mask ${maskText(treatment.mask)}` : treatment.action)

const accessOf = (role: Role, field: Field): AccessReport => {
  const { treatment, rule } = decideRead(role, field)
  return {
    role: role.name,
    read: treatmentText(treatment),
    rule,
    search: maySearch(role, field).allowed,
    write: mayWrite(role, field).allowed,
    overwrite: mayOverwrite(role, field).allowed,
    writesSealed: role.writesSealed && treatment.action !== 'deny',
  }
}

const fieldReport = (policy: Policy, field: Field): FieldReport => ({
  field: field.name,
  columns: field.columns.map(({ schema, table, column }) => `${schema}.${table}.${column}`),
  category: field.category,
  type: fieldTypeText(field.type),
  protect: field.protect,
  leakage: leakageLine(field),
  access: [...policy.roles, policy.fallback].map(role => accessOf(role, field)),
})

/** Puts the findings of a check together with what the policy does to each field. */
export const reportOf = ({ policy, problems, warnings }: PolicyCheck): PolicyReport => ({
  ok: problems.length === 0,
  hash: policy?.hash,
  problems,
  warnings,
  fields: policy === undefined ? [] : [...policy.fields.values()].map(field => fieldReport(policy, field)),
})

/** One cell of the table of treatments: the reading, then the rights as letters. */
export const accessText = (access: AccessReport): string => {
  const letters = `${access.search ? 's' : ''}${access.write ? 'w' : ''}${access.overwrite ? 'o' : ''}${access.writesSealed ? 't' : ''}`
  return letters === '' ? access.read : `${access.read} [${letters}]`
}
