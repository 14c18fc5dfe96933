import { operationFromDocument } from '@apollo/federation-internals'
import { type FetchNode as ApolloFetch, type PlanNode as ApolloNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, type FieldNode, Kind, parse, type SelectionNode, type SelectionSetNode, visit } from 'graphql'
import { fragmentsOf } from '../operations/fragments.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { isCondition } from './conditions.ts'
import { callsDiffer } from './differing-calls.ts'
import { mendPathTrees } from './path-trees.ts'
import type { FetchNode, Plan, PlanEngine, PlanNode } from './planner.ts'

/** Apollo's planner, with its own limits against documents that explode. */
export function apolloEngine(executionSdl: string): PlanEngine {
  mendPathTrees()
  // Whoever made the schema state has validated the supergraph; a repaired one has external fields that nothing uses.
  const supergraph = loadSupergraph(executionSdl, false)
  const apiSchema = supergraph.apiSchema()
  const planner = new QueryPlanner(supergraph, { incrementalDelivery: { enableDefer: true } })
  const typed = typedPlanner(planner)
  return {
    plan(text, { labels, defer }) {
      const document = neverEmpty(parse(text, { noLocation: true }))
      const operation = operationFromDocument(apiSchema, defer ? document : withoutDefer(document))
      const fitting = callsDiffer(document) ? typed : planner
      return ownPlan(fitting.buildQueryPlan(operation, { overrideConditions: new Map(labels.map((label) => [label, true])) }))
    },
  }
}

/**
 * The same planner, but it asks apart for objects of each type in one place: it takes more fetches, so it plans only what would be mixed up
 * otherwise. It shares the graphs, for to make them takes longer than a plan may.
 */
const typedPlanner = (planner: QueryPlanner): QueryPlanner =>
  Object.create(planner, { config: { value: { ...(Reflect.get(planner, 'config') as object), typeConditionedFetching: true } } })

/**
 * The operation with the type of each object below the root all of whose fields are under conditions, themselves or the fragments that they are
 * in: where these rule each other out, or none holds, the planner would not ask for the object at all.
 */
function neverEmpty(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document)
  const known = new Map<SelectionSetNode, boolean>()
  const mayBeEmpty = (set: SelectionSetNode): boolean => {
    const found = known.get(set) ?? set.selections.every(isConditional)
    known.set(set, found)
    return found
  }
  const isConditional = (one: SelectionNode): boolean => {
    if (one.directives?.some(isCondition)) return true
    if (one.kind === Kind.FIELD) return false
    const inner = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value)?.selectionSet : one.selectionSet
    return inner !== undefined && mayBeEmpty(inner)
  }
  return visit(document, {
    Field: ({ selectionSet, ...field }) =>
      selectionSet && mayBeEmpty(selectionSet)
        ? { ...field, selectionSet: { ...selectionSet, selections: [TYPENAME, ...selectionSet.selections] } }
        : undefined,
  })
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

const withoutDefer = (document: DocumentNode): DocumentNode =>
  visit(document, { Directive: (directive) => (directive.name.value === 'defer' ? null : undefined) })

function ownPlan({ node }: QueryPlan): Plan {
  if (!node) return { kind: 'QueryPlan' }
  if (node.kind !== 'Subscription') return { kind: 'QueryPlan', node: ownNode(node) }
  const { primary, rest } = node
  return { kind: 'QueryPlan', node: { kind: 'Subscription', primary: ownFetch(primary), rest: rest && ownNode(rest) } }
}

/** Their nodes are ours but for fetches. */
function ownNode(node: ApolloNode): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return ownFetch(node)
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map(ownNode) }
    case 'Flatten':
      return { kind: 'Flatten', path: node.path.flatMap((segment) => ownSegments(String(segment))), node: ownNode(node.node) }
    case 'Condition':
      return { ...node, ifClause: node.ifClause && ownNode(node.ifClause), elseClause: node.elseClause && ownNode(node.elseClause) }
    case 'Defer':
      return {
        kind: 'Defer',
        primary: { ...node.primary, node: node.primary.node && ownNode(node.primary.node) },
        deferred: node.deferred.map((part) => ({ ...part, node: part.node && ownNode(part.node) })),
      }
  }
}

const ownFetch = ({ operationDocumentNode: _, variableUsages = [], ...fetch }: ApolloFetch): FetchNode => ({ ...fetch, variableUsages })

/** `name|[A,B]` is two segments of ours, the root none. */
function ownSegments(segment: string): readonly string[] {
  if (segment === '') return []
  const at = segment.indexOf('|[')
  return at <= 0 ? [segment] : [segment.slice(0, at), segment.slice(at)]
}
