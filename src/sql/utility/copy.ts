/** COPY. */
import type { CopyStmt, Node } from 'libpg-query'
import type { Relation } from '../../catalog/types.js'
import type { Analysis, QueryColumn } from '../analysis.js'
import { outputContent } from '../consume.js'
import { hasSources, quotingOf, sourcesOf } from '../content.js'
import type { Content, Source } from '../content.js'
import { relationItem } from '../from.js'
import { targetColumn } from '../modify/target.js'
import { statementUnsupported, unsupported } from '../refusal.js'
import { findRelation, sourceOf } from '../relations.js'
import { itemResult, NO_FROM, scopeOf } from '../scope.js'
import { condition } from '../select.js'
import type { CopyColumn, CopyPlan } from '../types.js'
import { bodyOf, stringsOf } from '../tree.js'
import { UseSet } from '../uses.js'
import { copyOptions } from './copy-options.js'
import type { CopyOptions } from './copy-options.js'

/** Plans a COPY; without columns where its table is unknown, a temporary one say. */
export const planCopy = (analysis: Analysis, statement: CopyStmt): CopyPlan => {
  const options = copyOptions(statement.options)
  if (statement.query !== undefined) return copyQuery(analysis, statement, statement.query, options)
  const relation = findRelation(analysis, statement.relation ?? {})
  if (relation === undefined) return planOf(statement.is_from === true ? 'in' : 'out', undefined, [], options)
  return statement.is_from === true ? copyFrom(analysis, statement, relation, options) : copyTo(analysis, statement, relation, options)
}

const listed = (statement: CopyStmt, relation: Relation): readonly string[] => {
  const names = stringsOf(statement.attlist)
  return names.length > 0 ? names : relation.columns.filter(column => !column.isGenerated).map(column => column.name)
}

const planOf = (direction: CopyPlan['direction'], table: string | undefined, columns: readonly CopyColumn[], options: CopyOptions): CopyPlan => {
  const { unsupported: _, ...rest } = options
  return { direction, table, columns, ...rest }
}

/** On sealed columns every option must be one that the session follows, and the data must pass through it. */
const requireFollowed = (statement: CopyStmt, options: CopyOptions, source: Source | undefined): void => {
  if (source === undefined) return
  if (statement.is_program === true || statement.filename !== undefined) {
    throw unsupported('COPY with a file or program of the server', source, 'Use COPY … FROM STDIN or TO STDOUT.')
  }
  if (options.unsupported !== undefined) throw unsupported(options.unsupported, source, 'Use format text or csv with their common options.')
}

const copyFrom = (analysis: Analysis, statement: CopyStmt, relation: Relation, options: CopyOptions): CopyPlan => {
  const item = relationItem(analysis, statement.relation ?? {}, scopeOf(NO_FROM, undefined))
  const isExplicit = statement.attlist !== undefined
  const columns = listed(statement, relation).map((name): CopyColumn => {
    const { source } = targetColumn(analysis, { relation, item }, name, 'overwrite', isExplicit)
    if (source !== undefined) analysis.uses.add('overwrite', source)
    requireFollowed(statement, options, source)
    return copyColumn(relation, name, source)
  })
  const where: Analysis = { ...analysis, uses: new UseSet() }
  condition(where, statement.whereClause, scopeOf(itemResult(item), undefined))
  // The rows are sealed on their way in, but nobody looks into the condition for a sealed one.
  const [use] = where.uses.list()
  if (use !== undefined) throw statementUnsupported('COPY … WHERE on a sealed column', 'Filter the rows in the client.')
  return planOf('in', `${relation.schema}.${relation.name}`, columns, options)
}

const copyColumn = (relation: Relation, name: string, source: Source | undefined): CopyColumn => {
  const column = relation.columns.find(candidate => candidate.name === name)
  return {
    name,
    typeOid: column?.typeOid,
    origin: source ?? (column === undefined ? undefined : { relationOid: relation.oid, attnum: column.attnum }),
    field: source?.field,
    quoting: source === undefined ? undefined : [],
  }
}

const copyTo = (analysis: Analysis, statement: CopyStmt, relation: Relation, options: CopyOptions): CopyPlan => {
  // Noted as unguarded where it is; a view or materialized view is read through its definition.
  const item = relationItem(analysis, statement.relation ?? {}, scopeOf(NO_FROM, undefined))
  const columns = listed(statement, relation).map((name): CopyColumn => {
    const column = relation.columns.find(candidate => candidate.name === name)
    const source = column === undefined ? undefined : sourceOf(relation, column, statement.attlist !== undefined)
    const content = item.columns.find(candidate => candidate.name === name)?.content
    requireFollowed(statement, options, source ?? (content === undefined ? undefined : sourcesOf(content)[0]))
    if (source !== undefined) analysis.uses.add('output', source)
    else if (content !== undefined) outputContent(analysis, content)
    return source === undefined && content !== undefined ? queryColumn(analysis, { name, content }) : copyColumn(relation, name, source)
  })
  return planOf('out', `${relation.schema}.${relation.name}`, columns, options)
}

const copyQuery = (analysis: Analysis, statement: CopyStmt, query: Node, options: CopyOptions): CopyPlan => {
  const select = bodyOf(query, 'SelectStmt')
  const result = select === undefined ? analysis.modify(analysis, query, undefined) : analysis.select(analysis, select, undefined)
  for (const { content } of result.columns) {
    requireFollowed(statement, options, sourcesOf(content)[0])
    outputContent(analysis, content)
  }
  if (result.isOpen) {
    if (result.columns.some(column => hasSources(column.content))) throw statementUnsupported('COPY of columns that are not known', 'Name the columns.')
    return planOf('out', undefined, [], options)
  }
  return planOf('out', undefined, result.columns.map(column => queryColumn(analysis, column)), options)
}

const queryColumn = (analysis: Analysis, { name, content }: QueryColumn): CopyColumn => {
  const origin = originOf(content)
  const column = origin === undefined ? undefined : analysis.catalog.relationByOid(origin.relationOid)?.columns.find(candidate => candidate.attnum === origin.attnum)
  return { name, typeOid: column?.typeOid, origin, field: column?.field, quoting: hasSources(content) ? quotingOf(content) : undefined }
}

const originOf = (content: Content): CopyColumn['origin'] => (content.kind === 'value' ? content.origin : undefined)
