import { type DirectiveNode, type DocumentNode, parse, print, visit } from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'
import type { FetchNode, Plan, PlanEngine, PlanNode } from './planner.ts'
import { separateRequiredArguments } from './required-arguments.ts'
import { realFetch } from './required-fetches.ts'
import { separateUnmerged } from './unmerged-fields.ts'

/**
 * An engine on a supergraph that says the same in words with which the engine does not go wrong: required calls are fields of their own,
 * and keys that can be resolved come first. Its plans are put back into the words of the real one, and what a subgraph would refuse is mended in them.
 * @param open the engine, for the supergraph that it gets
 */
export function repairedEngine(executionSdl: string, open: (executionSdl: string) => PlanEngine): PlanEngine {
  const supergraph = parse(executionSdl, { noLocation: true })
  const required = separateRequiredArguments(supergraph)
  const separate = separateUnmerged(supergraph)
  const engine = open(print(resolvableKeysFirst(required.supergraph)))
  if (required.calls.size === 0 && !separate) return engine
  return {
    async plan(operation, choices) {
      const plan = withFetches(await engine.plan(operation, choices), (fetch) => realFetch(required, fetch))
      return separate ? withFetches(plan, separate) : plan
    },
  }
}

/** Apollo's planner comes back to a subgraph by the first key of the type there, whether the subgraph resolves it or not. */
function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const isUnresolvable = (directive: DirectiveNode) => directive.name.value === 'join__type' && argumentsOf(directive).resolvable === false
  const sorted = <T extends { readonly directives?: readonly DirectiveNode[] }>(type: T): T | undefined =>
    type.directives?.some(isUnresolvable)
      ? { ...type, directives: type.directives.toSorted((a, b) => Number(isUnresolvable(a)) - Number(isUnresolvable(b))) }
      : undefined
  return visit(supergraph, { ObjectTypeDefinition: sorted, InterfaceTypeDefinition: sorted })
}

/** A plan with something in the place of each fetch. */
export function withFetches({ node }: Plan, real: (fetch: FetchNode) => PlanNode): Plan {
  if (!node) return { kind: 'QueryPlan' }
  if (node.kind !== 'Subscription') return { kind: 'QueryPlan', node: realNode(node, real) }
  const { primary, rest } = node
  const first = real(primary)
  return {
    kind: 'QueryPlan',
    node: { kind: 'Subscription', primary: first.kind === 'Fetch' ? first : primary, rest: rest && realNode(rest, real) },
  }
}

function realNode(node: PlanNode, real: (fetch: FetchNode) => PlanNode): PlanNode {
  const inner = (one: PlanNode | undefined) => one && realNode(one, real)
  switch (node.kind) {
    case 'Fetch':
      return real(node)
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((one) => realNode(one, real)) }
    case 'Flatten':
      return { ...node, node: realNode(node.node, real) }
    case 'Condition':
      return { ...node, ifClause: inner(node.ifClause), elseClause: inner(node.elseClause) }
    case 'Defer':
      return {
        ...node,
        primary: { ...node.primary, node: inner(node.primary.node) },
        deferred: node.deferred.map((part) => ({ ...part, node: inner(part.node) })),
      }
  }
}
