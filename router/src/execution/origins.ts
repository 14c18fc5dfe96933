import { Kind, parse, type SelectionSetNode } from 'graphql'
import type { FetchNode, PlanNode, ResponsePath } from '../planning/planner.ts'
import type { PlanPath } from './paths.ts'

/** What one fetch selects, for objects at a path of response names. */
interface Origin {
  readonly path: readonly string[]
  /** Whether it selects a path below those. */
  selects(names: readonly string[]): boolean
}

/**
 * Tells for paths of a plan whether all that stands there comes with one fetch, and with fetches for that very path. Objects there that
 * are alike stay alike. Where another fetch adds to them from above, what it adds may differ by what they stand in. Where paths are
 * kept to types, what is asked of them may.
 */
export function soleOrigins(plan: PlanNode): (path: PlanPath) => boolean {
  const origins: Origin[] = []
  let typed = false
  const walk = (node: PlanNode | undefined, path: ResponsePath): void => {
    switch (node?.kind) {
      case undefined:
        return
      case 'Fetch':
        origins.push(originOf(node, path))
        return
      case 'Flatten':
        typed ||= node.path.some((part) => part.startsWith('|['))
        walk(node.node, [...path, ...node.path.filter((part) => part !== '@')])
        return
      case 'Sequence':
      case 'Parallel':
        for (const one of node.nodes) walk(one, path)
        return
      case 'Condition':
        walk(node.ifClause, path)
        walk(node.elseClause, path)
        return
      case 'Defer':
        for (const one of [node.primary, ...node.deferred]) walk(one.node, path)
    }
  }
  walk(plan, [])
  return (path) => {
    if (typed) return false
    const names = path.filter((part) => typeof part === 'string').filter((part) => part !== '@')
    return origins.filter((one) => isAbove(one.path, names) && one.selects(names.slice(one.path.length))).length === 1
  }
}

const isAbove = (path: readonly string[], other: readonly string[]) =>
  path.length < other.length && path.every((name, index) => name === other[index])

function originOf({ operation, requires, outputRewrites }: FetchNode, path: readonly string[]): Origin {
  // What is renamed may have any name.
  if (outputRewrites?.length) return { path, selects: () => true }
  const { definitions } = parse(operation, { noLocation: true })
  const fragments = new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet]] : [])),
  )
  const below = (set: SelectionSetNode, name: string | undefined): readonly SelectionSetNode[] =>
    set.selections.flatMap((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return below(selection.selectionSet, name)
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        return fragment ? below(fragment, name) : []
      }
      const isIt = name === undefined || (selection.alias ?? selection.name).value === name
      return isIt && selection.selectionSet ? [selection.selectionSet] : []
    })
  const roots = definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? [one.selectionSet] : []))
  // Entities stand in a field of the query that is called as it likes.
  const sets = requires ? roots.flatMap((root) => below(root, undefined)) : roots
  return {
    path,
    selects: (names) => names.reduce<readonly SelectionSetNode[]>((from, name) => from.flatMap((set) => below(set, name)), sets).length > 0,
  }
}
