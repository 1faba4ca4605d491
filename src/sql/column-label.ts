/** The name that PostgreSQL gives an output column without an alias (FigureColname in parse_target.c). */
import type { Node } from 'libpg-query'
import { bodyOf, stringOf, tagOf } from './tree.js'

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

const labelOf = (node: Node): string | undefined => {
  const tag = tagOf(node)
  switch (tag) {
    case 'ColumnRef':
      return lastName(bodyOf(node, 'ColumnRef')?.fields)
    case 'A_Indirection': {
      const body = bodyOf(node, 'A_Indirection')
      return lastName(body?.indirection) ?? (body?.arg === undefined ? undefined : labelOf(body.arg))
    }
    case 'FuncCall':
      return lastName(bodyOf(node, 'FuncCall')?.funcname)
    case 'A_Expr':
      return bodyOf(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? 'nullif' : undefined
    case 'TypeCast': {
      const body = bodyOf(node, 'TypeCast')
      return (body?.arg === undefined ? undefined : labelOf(body.arg)) ?? lastName(body?.typeName?.names)
    }
    case 'CollateClause': {
      const arg = bodyOf(node, 'CollateClause')?.arg
      return arg === undefined ? undefined : labelOf(arg)
    }
    case 'CaseExpr': {
      const fallback = bodyOf(node, 'CaseExpr')?.defresult
      return (fallback === undefined ? undefined : labelOf(fallback)) ?? 'case'
    }
    case 'SubLink':
      return sublinkLabel(node)
    case 'MinMaxExpr':
      return bodyOf(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest'
    default:
      return tag === undefined ? undefined : FIXED[tag]
  }
}

const sublinkLabel = (node: Node): string | undefined => {
  const body = bodyOf(node, 'SubLink')
  if (body?.subLinkType === 'EXISTS_SUBLINK') return 'exists'
  if (body?.subLinkType === 'ARRAY_SUBLINK') return 'array'
  const first = bodyOf(bodyOf(body?.subselect, 'SelectStmt')?.targetList?.[0], 'ResTarget')
  return first?.name ?? (first?.val === undefined ? undefined : labelOf(first.val))
}
