/** Small readings of libpg_query's parse tree: its nodes are objects with one key, the tag. */
import type { Node } from 'libpg-query'

type KeysOfUnion<T> = T extends unknown ? keyof T : never
/** Every tag that the grammar's types know. */
export type Tag = KeysOfUnion<Node>
export type NodeOf<K extends Tag> = Extract<Node, Readonly<Record<K, unknown>>> extends Readonly<Record<K, infer Body>> ? Body : never

/** The tag of a node; undefined for the empty object, which stands for a null in a list. */
export const tagOf = (node: Node): Tag | undefined => {
  for (const key in node) return key as Tag
  return undefined
}

/** The body of a node if it has this tag. */
export const bodyOf = <K extends Tag>(node: Node | undefined, tag: K): NodeOf<K> | undefined =>
  node === undefined ? undefined : (node as unknown as Readonly<Record<string, NodeOf<K> | undefined>>)[tag]

/** The text of a String node, '' for anything else. */
export const stringOf = (node: Node | undefined): string => bodyOf(node, 'String')?.sval ?? ''

/** A list of String nodes, like a qualified name. */
export const stringsOf = (nodes: readonly Node[] | undefined): readonly string[] => (nodes ?? []).map(stringOf)

/** The entries of a List node. */
export const itemsOf = (node: Node | undefined): readonly Node[] => bodyOf(node, 'List')?.items ?? []

/** A name without its `pg_catalog.` prefix; undefined when it is in another schema. */
export const builtinName = (names: readonly string[]): string | undefined => {
  if (names.length === 1) return names[0]
  return names.length === 2 && names[0] === 'pg_catalog' ? names[1] : undefined
}

/** Calls `visit` for every tagged node below `root`, in text order as far as the tree has one. Plain recursion: the parser bounds the depth. */
export const eachNode = (root: unknown, visit: (tag: string, body: Readonly<Record<string, unknown>>) => void): void => {
  if (Array.isArray(root)) {
    for (const entry of root) eachNode(entry, visit)
    return
  }
  if (typeof root !== 'object' || root === null) return
  for (const [key, value] of Object.entries(root)) {
    if (typeof value !== 'object' || value === null) continue
    // Tags start with a capital, field names don't; fields of a fixed type hold the body without its tag.
    if (isTag(key) && !Array.isArray(value)) visit(key, value as Readonly<Record<string, unknown>>)
    eachNode(value, visit)
  }
}

const isTag = (key: string): boolean => {
  const first = key.charCodeAt(0)
  return first >= 65 && first <= 90
}
