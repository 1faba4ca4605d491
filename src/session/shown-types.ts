/** ParameterDescription as the client is to see it: declared types instead of the `text` that the database stores. */
import { assertNever } from '../errors.js'
import type { SealPlan, StatementPlan } from '../sql/types.js'
import { OID } from '../wire/oids.js'

const shownType = (plan: SealPlan, stored: number): number => {
  const { kind } = plan.field.type
  switch (kind) {
    case 'text':
      return stored
    case 'varchar':
      return plan.isArray ? OID.varcharArray : OID.varchar
    case 'date':
      return plan.isArray ? OID.dateArray : OID.date
    default:
      return assertNever(kind)
  }
}

/** The same array when nothing differs. */
export const shownParameterTypes = (types: readonly number[], plan: StatementPlan | undefined): readonly number[] => {
  if (plan === undefined || plan.params.size === 0) return types
  return types.map((type, index) => {
    const seal = plan.params.get(index + 1)
    return seal === undefined ? type : shownType(seal, type)
  })
}
