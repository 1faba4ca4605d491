/** The name that PostgreSQL gives an output column without an alias (FigureColname in parse_target.c). */
import type { Node } from 'libpg-query'
import { bodyOf, stringOf, tagOf } from './tree.js'
import type { Tag } from './tree.js'

const UNKNOWN = '?column?'

export const columnLabel = (node: Node): string => labelOf(node) ?? UNKNOWN

const lastName = (nodes: readonly Node[] | undefined): string | undefined => {
  const name = stringOf(nodes?.at(-1))
  return name === '' ? undefined : name
}

const FIXED: Readonly<Record<string, string>> = {
  CoalesceExpr: 'coalesce',
  RowExpr: 'row',
  A_ArrayExpr: 'array',
  XmlSerialize: 'xmlserialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
  GroupingFunc: 'grouping',
}

const labelIf = (node: Node | undefined): string | undefined => (node === undefined ? undefined : labelOf(node))

const LABELS: Readonly<Partial<Record<Tag, (node: Node) => string | undefined>>> = {
  ColumnRef: node => lastName(bodyOf(node, 'ColumnRef')?.fields),
  A_Indirection: node => lastName(bodyOf(node, 'A_Indirection')?.indirection) ?? labelIf(bodyOf(node, 'A_Indirection')?.arg),
  FuncCall: node => lastName(bodyOf(node, 'FuncCall')?.funcname),
  A_Expr: node => (bodyOf(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? 'nullif' : undefined),
  TypeCast: node => labelIf(bodyOf(node, 'TypeCast')?.arg) ?? lastName(bodyOf(node, 'TypeCast')?.typeName?.names),
  CollateClause: node => labelIf(bodyOf(node, 'CollateClause')?.arg),
  CaseExpr: node => labelIf(bodyOf(node, 'CaseExpr')?.defresult) ?? 'case',
  MinMaxExpr: node => (bodyOf(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest'),
  SubLink: node => sublinkLabel(node),
}

const labelOf = (node: Node): string | undefined => {
  const tag = tagOf(node)
  return tag === undefined ? undefined : (LABELS[tag]?.(node) ?? FIXED[tag])
}

const sublinkLabel = (node: Node): string | undefined => {
  const body = bodyOf(node, 'SubLink')
  if (body?.subLinkType === 'EXISTS_SUBLINK') return 'exists'
  if (body?.subLinkType === 'ARRAY_SUBLINK') return 'array'
  const first = bodyOf(bodyOf(body?.subselect, 'SelectStmt')?.targetList?.[0], 'ResTarget')
  return first?.name ?? (first?.val === undefined ? undefined : labelOf(first.val))
}
