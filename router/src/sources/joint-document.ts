import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  visit,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { BatchedQuery } from './batched-query.ts'

/** One document for several lists of entities. Names of part `i` begin with `_i`. */
export interface JointDocument {
  readonly query: string
  readonly queryJson: string
}

const USUAL = 3
const known = new LRUCache<string, JointDocument>({ max: 1_000 })
const seen = new LRUCache<string, number>({ max: 5_000 })

const keyOf = (queries: readonly BatchedQuery[]): string => queries.map(({ id }) => id).join()

/**
 * True for a set that has come up before: plans have the same fetches side by side every time. Sets that arise by chance
 * would each be a document that the subgraph has never seen. Counts this time too.
 */
export function isUsualSet(queries: readonly BatchedQuery[]): boolean {
  const key = keyOf(queries)
  const times = (seen.get(key) ?? 0) + 1
  seen.set(key, times)
  return times >= USUAL
}

/** Name of a part's list in the answer. */
export const listAlias = (part: number): string => `_${part}`

/** Name of a part's variable; `representations` is one. */
export const jointVariable = (part: number, name: string): string => `_${part}_${name}`

/** The documents as one. A usual set comes again and again, so each is made once. */
export function jointDocument(queries: readonly BatchedQuery[]): JointDocument {
  const key = keyOf(queries)
  const cached = known.get(key)
  if (cached) return cached
  const parts = queries.map(({ text }, part) => renamed(parse(text, { noLocation: true }), part).definitions)
  const operations = parts.flat().filter((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)
  const fragments = parts.flat().filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: operations.flatMap(({ variableDefinitions = [] }) => variableDefinitions),
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: operations.flatMap(({ selectionSet }, part) =>
        selectionSet.selections.map((root) => (root.kind === Kind.FIELD ? { ...root, alias: nameNode(listAlias(part)) } : root)),
      ),
    },
  }
  const query = print({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] })
  const joint = { query, queryJson: JSON.stringify(query) }
  known.set(key, joint)
  return joint
}

const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value })

function renamed(document: DocumentNode, part: number): DocumentNode {
  const rename = <Node extends { readonly name: NameNode }>(node: Node): Node => ({
    ...node,
    name: nameNode(jointVariable(part, node.name.value)),
  })
  return visit(document, { Variable: rename, FragmentSpread: rename, FragmentDefinition: { leave: rename } })
}
