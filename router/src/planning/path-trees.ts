import type { SelectionSet } from '@apollo/federation-internals'
import { PathTree } from '@apollo/query-graphs'

/** What a tree of ways through the subgraphs is to its own functions. */
interface Tree {
  /** What is taken where the way ends, all of it in one subgraph. */
  readonly localSelections: readonly SelectionSet[] | undefined
  merge(other: Tree): Tree
  mergeIfNotEqual(other: Tree): Tree
}

/**
 * Mends how Apollo's planner joins two ways through the same fields: where one of them goes no further it forgot what that one takes there,
 * as `settings { tags }` beside `settings { units }` for two arguments with `@fromContext`.
 */
export function mendPathTrees(): void {
  const tree = PathTree.prototype as unknown as Tree
  const { merge, mergeIfNotEqual } = tree
  const isMended = 'isMended' in tree
  if (isMended) return
  const complete = (one: Tree, other: Tree, joined: Tree): Tree => {
    const forgotten =
      one === other ? undefined : joined === one ? other.localSelections : joined === other ? one.localSelections : undefined
    const known = joined.localSelections ?? []
    const more = forgotten?.filter((one) => !known.some((other) => other.equals(one))) ?? []
    if (more.length === 0) return joined
    const localSelections = [...known, ...more]
    return Object.assign(Object.create(PathTree.prototype) as Tree, joined, { localSelections })
  }
  Object.assign(tree, {
    isMended: true,
    merge(this: Tree, other: Tree) {
      return complete(this, other, merge.call(this, other))
    },
    mergeIfNotEqual(this: Tree, other: Tree) {
      return complete(this, other, mergeIfNotEqual.call(this, other))
    },
  })
}
