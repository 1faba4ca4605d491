/** Small readings of libpg_query's parse tree: its nodes are objects with one key, the tag. */
import type { Node } from 'libpg-query'

type KeysOfUnion<T> = T extends unknown ? keyof T : never
/** Every tag that the grammar's types know. */
export type Tag = KeysOfUnion<Node>
export type NodeOf<K extends Tag> = Extract<Node, Readonly<Record<K, unknown>>> extends Readonly<Record<K, infer Body>> ? Body : never

const isTag = (key: string): key is Tag => {
  const first = key.charCodeAt(0)
  return first >= 65 && first <= 90
}

/** The tag of a node; undefined for the empty object, which stands for a null in a list. */
export const tagOf = (node: Node): Tag | undefined => Object.keys(node).find(isTag)

const isTagged = <K extends Tag>(node: object, tag: K): node is Readonly<Record<K, NodeOf<K>>> => tag in node

/** The body of a node if it has this tag. */
export const bodyOf = <K extends Tag>(node: Node | undefined, tag: K): NodeOf<K> | undefined =>
  node !== undefined && isTagged(node, tag) ? node[tag] : undefined

/** The text of a String node, '' for anything else. */
export const stringOf = (node: Node | undefined): string => bodyOf(node, 'String')?.sval ?? ''

/** A list of String nodes, like a qualified name. */
export const stringsOf = (nodes: readonly Node[] | undefined): readonly string[] => (nodes ?? []).map(stringOf)

/** The entries of a List node. */
export const itemsOf = (node: Node | undefined): readonly Node[] => bodyOf(node, 'List')?.items ?? []

/** Whether the expression is `c.*` or `(c).*`, which stands for several columns. */
export const isStarred = (node: Node): boolean => {
  const last = bodyOf(node, 'ColumnRef')?.fields?.at(-1) ?? bodyOf(node, 'A_Indirection')?.indirection?.at(-1)
  return last !== undefined && tagOf(last) === 'A_Star'
}

/** A name without its `pg_catalog.` prefix; undefined when it is in another schema. */
export const builtinName = (names: readonly string[]): string | undefined => {
  if (names.length === 1) return names[0]
  return names.length === 2 && names[0] === 'pg_catalog' ? names[1] : undefined
}

const isNode = (value: object): value is Node => Object.keys(value).some(isTag)

/** Calls `visit` for every tagged node in `root`, outer ones first. Plain recursion: the parser bounds the depth. */
export const eachNode = (root: unknown, visit: (node: Node) => void): void => {
  if (typeof root !== 'object' || root === null) return
  if (!Array.isArray(root) && isNode(root)) visit(root)
  for (const value of Object.values(root)) eachNode(value, visit)
}
