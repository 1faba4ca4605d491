/** Statements that change the session: settings, transactions, prepared statements. */
import type { DeallocateStmt, DiscardStmt, TransactionStmtKind, VariableSetStmt } from 'libpg-query'
import type { Effect } from '../types.js'

/** The setting that SET or RESET changes. */
export const settingEffects = ({ kind, name = '' }: VariableSetStmt): readonly Effect[] => {
  if (kind === 'VAR_RESET_ALL') return [{ kind: 'set', setting: 'all' }]
  // SET TRANSACTION and SET SESSION CHARACTERISTICS change no setting that matters to names or values.
  if (kind === 'VAR_SET_MULTI') return []
  return [{ kind: 'set', setting: name.toLowerCase() }]
}

interface TransactionPlan {
  readonly kind: string
  readonly effect: Effect
}

const NONE: Effect = { kind: 'none' }

export const TRANSACTIONS: { readonly [K in TransactionStmtKind]: TransactionPlan } = {
  TRANS_STMT_BEGIN: { kind: 'BEGIN', effect: { kind: 'begin' } },
  TRANS_STMT_START: { kind: 'START TRANSACTION', effect: { kind: 'begin' } },
  TRANS_STMT_COMMIT: { kind: 'COMMIT', effect: { kind: 'commit' } },
  TRANS_STMT_ROLLBACK: { kind: 'ROLLBACK', effect: { kind: 'rollback' } },
  TRANS_STMT_SAVEPOINT: { kind: 'SAVEPOINT', effect: NONE },
  TRANS_STMT_RELEASE: { kind: 'RELEASE', effect: NONE },
  // Settings go back to what they were at the savepoint.
  TRANS_STMT_ROLLBACK_TO: { kind: 'ROLLBACK TO SAVEPOINT', effect: { kind: 'rollback' } },
  TRANS_STMT_PREPARE: { kind: 'PREPARE TRANSACTION', effect: { kind: 'commit' } },
  TRANS_STMT_COMMIT_PREPARED: { kind: 'COMMIT PREPARED', effect: NONE },
  TRANS_STMT_ROLLBACK_PREPARED: { kind: 'ROLLBACK PREPARED', effect: NONE },
}

/** DISCARD PLANS, SEQUENCES and TEMP keep settings and prepared statements. */
export const discardEffects = ({ target }: DiscardStmt): readonly Effect[] => (target === 'DISCARD_ALL' ? [{ kind: 'discard' }] : [])

export const deallocateEffect = ({ name, isall }: DeallocateStmt): Effect => ({ kind: 'deallocate', name: isall === true ? undefined : name })
