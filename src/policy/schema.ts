/** The YAML form of a policy file. Strict: a key that is not listed here is an error, none is accepted and ignored. */
import { z } from 'zod'
import { EQUALITY_BYTES_MAX } from '../limits.js'

/** Highest n of `varchar(n)`: MaxAttrSize of PostgreSQL's htup_details.h. */
export const VARCHAR_CHARACTERS_MAX = 10_485_760
/** A mask that keeps more than this shows whole values, not parts. */
export const KEEP_MAX = 64
export const BUCKET_YEARS_MAX = 1_000

/** A treatment as written: one word, or a mask with its parameter. */
export type TreatmentForm = (typeof TREATMENT_WORDS)[number] | null | MaskForm

/** A mask as written. */
export type MaskForm =
  | { readonly mask: 'redact' | 'email' | 'initials' | 'year' | 'year_month' | 'pseudonym' }
  | { readonly mask: 'first' | 'last' | 'postcode'; readonly keep: number }
  | { readonly mask: 'bucket'; readonly size: number }
  | { readonly mask: 'constant'; readonly value: string }

/** One entry of `columns`. */
export interface ColumnForm {
  readonly category: string
  readonly protect: 'random' | 'equality'
  readonly type?: string | undefined
  readonly field?: string | undefined
  readonly empty?: 'sealed' | undefined
  readonly max_bytes?: number | undefined
  readonly elsewhere?: readonly string[] | undefined
}

/** One entry of `tables`. */
export interface TableForm {
  readonly subject?: { readonly type: string; readonly key: string } | undefined
  readonly columns: Readonly<Record<string, ColumnForm>>
}

/** The `match` of a role. */
export interface MatchForm {
  readonly db_user?: readonly string[] | undefined
  readonly member_of?: readonly string[] | undefined
  readonly address?: readonly string[] | undefined
}

/** One entry of `roles`. */
export interface RoleForm {
  readonly match: MatchForm
  readonly read: Readonly<Record<string, TreatmentForm>>
  readonly search?: readonly string[] | undefined
  readonly write?: readonly string[] | undefined
  readonly overwrite?: true | readonly string[] | undefined
}

/** One policy file as written. */
export interface PolicyForm {
  readonly version: 1
  readonly trust_database_logins?: boolean | undefined
  readonly categories?: readonly string[] | undefined
  readonly allow_database_code?: readonly string[] | undefined
  readonly tables?: Readonly<Record<string, TableForm>> | undefined
  readonly roles?: Readonly<Record<string, RoleForm>> | undefined
  readonly default?: { readonly read: Readonly<Record<string, TreatmentForm>> } | undefined
}

const CATEGORY = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/
const PATTERN = /^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?)$/
// PostgreSQL names may hold a dot when quoted; here a dot always separates, so such tables can't be named.
const TABLE = /^[^.\0]{1,63}\.[^.\0]{1,63}$/
const COLUMN = /^[^.\0]{1,63}$/
const COLUMN_PATH = /^[^.\0]{1,63}\.[^.\0]{1,63}\.[^.\0]{1,63}$/
const ROUTINE = /^[^.\0]{1,63}\.[^\0]{1,63}$/

const category = z.string().regex(CATEGORY, 'a category is written like user.contact.email')
const pattern = z.string().regex(PATTERN, 'a category pattern is written like user.contact.email, user.contact.* or *')
const names = z.array(z.string().min(1).max(255)).min(1)
const keep = z.int().min(1).max(KEEP_MAX)

const MASK_FORMS = [
  z.strictObject({ mask: z.literal('redact') }),
  z.strictObject({ mask: z.literal('email') }),
  z.strictObject({ mask: z.literal('first'), keep }),
  z.strictObject({ mask: z.literal('last'), keep }),
  z.strictObject({ mask: z.literal('initials') }),
  z.strictObject({ mask: z.literal('year') }),
  z.strictObject({ mask: z.literal('year_month') }),
  z.strictObject({ mask: z.literal('postcode'), keep }),
  z.strictObject({ mask: z.literal('bucket'), size: z.int().min(2).max(BUCKET_YEARS_MAX) }),
  z.strictObject({ mask: z.literal('pseudonym') }),
  z.strictObject({ mask: z.literal('constant'), value: z.string().max(10_000) }),
] as const

/** The treatments that are one word. `null` may also be written without quotes. */
export const TREATMENT_WORDS = ['reveal', 'null', 'sealed', 'deny'] as const

const treatment = z.union([z.enum(TREATMENT_WORDS), z.null(), z.discriminatedUnion('mask', MASK_FORMS)])
const readRules = z.record(pattern, treatment)

const columnForm: z.ZodType<ColumnForm> = z.strictObject({
  category: category.describe('Fideslang data category; decides which rules apply'),
  protect: z.enum(['random', 'equality']).describe('How the value is sealed'),
  type: z.string().optional().describe('What clients see: text (default), varchar(n) or date'),
  field: z.string().min(1).max(200).optional().describe('Columns with the same field share key and id'),
  empty: z.literal('sealed').optional().describe("Seal '' too; without it '' stays ''"),
  max_bytes: z.int().min(1).max(EQUALITY_BYTES_MAX).optional().describe('Longest value of an equality column, in bytes'),
  elsewhere: z.array(z.string().regex(COLUMN_PATH, 'a column is written like schema.table.column')).optional().describe('Other columns where sealed copies of this one may stand'),
})

const tableForm: z.ZodType<TableForm> = z.strictObject({
  subject: z.strictObject({ type: z.string().min(1).max(63), key: z.string().regex(COLUMN) }).optional().describe('Whose data a row is'),
  columns: z.record(z.string().regex(COLUMN, 'a column name has 1 to 63 characters and no dot'), columnForm),
})

const roleForm: z.ZodType<RoleForm> = z.strictObject({
  match: z.strictObject({ db_user: names.optional(), member_of: names.optional(), address: names.optional() }),
  read: readRules,
  search: z.array(pattern).optional(),
  write: z.array(pattern).optional().describe('Category patterns; "sealed" allows sealed values into their home columns'),
  overwrite: z.union([z.literal(true), z.array(pattern)]).optional().describe('May write over what it reads masked; true means all that write allows'),
})

/** Validates one policy file. */
export const policyForm: z.ZodType<PolicyForm> = z.strictObject({
  version: z.literal(1),
  trust_database_logins: z.boolean().optional(),
  categories: z.array(category).optional().describe('Categories of your own'),
  allow_database_code: z.array(z.string().regex(ROUTINE, 'written like schema.name')).optional(),
  tables: z.record(z.string().regex(TABLE, 'a table is written like schema.table'), tableForm).optional(),
  roles: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'a role name is lower-case letters, digits and _'), roleForm).optional(),
  default: z.strictObject({ read: readRules }).optional(),
})
