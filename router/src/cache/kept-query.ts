import { createHash } from 'node:crypto'
import { type FragmentDefinitionNode, print, type SelectionSetNode, visit } from 'graphql'
import { LRUCache } from 'lru-cache'
import { readEntityQuery } from '../sources/entity-query.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { type Shared, sharedSelection } from './shared-selection.ts'

/** A fetch of entities, as far as its answers can be kept. */
export interface KeptQuery {
  /** Equal for queries that mean the same, whatever operation they come from. */
  readonly id: string
  readonly responseName: string
  /** True when `sharedAs` knows any type. */
  readonly isShared: boolean
  /** What is selected of an entity of this type, if everyone gets the same; null when it depends on the viewer. */
  sharedAs(typeName: string): Shared | null
}

const KEPT = 2_000

/** Reads the queries that go to one subgraph, each text once; null for what asks for anything but entities. */
export function keptQueries(state: SchemaState, subgraph: string): (text: string) => KeptQuery | null {
  const known = new LRUCache<string, { readonly query: KeptQuery | null }>({ max: KEPT })
  return (text) => {
    const found = known.get(text)
    if (found) return found.query
    const query = readQuery(state, subgraph, text)
    known.set(text, { query })
    return query
  }
}

function readQuery(state: SchemaState, subgraph: string, text: string): KeptQuery | null {
  const read = readEntityQuery(text)
  if (!read) return null
  const { operation, fragments, name, selectionSet } = read
  const used = usedVariables([selectionSet, ...fragments.values()])
  // Their defaults belong to what they mean.
  const variables = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? []
  // There are a few: each is judged once and for all.
  const shared = new Map(
    [...state.sharing.entitiesOf(subgraph)].flatMap((typeName): [string, Shared][] => {
      const of = sharedSelection(state, subgraph, fragments, typeName, selectionSet)
      return of ? [[typeName, of]] : []
    }),
  )
  return {
    isShared: shared.size > 0,
    id: hash([state.id, ...[...variables, selectionSet, ...fragments.values()].map(print)].join('\n')),
    responseName: name,
    sharedAs: (typeName) => shared.get(typeName) ?? null,
  }
}

function usedVariables(nodes: readonly (SelectionSetNode | FragmentDefinitionNode)[]): ReadonlySet<string> {
  const used = new Set<string>()
  for (const node of nodes) visit(node, { Variable: ({ name }) => void used.add(name.value) })
  return used
}

/** Enough of a SHA-256 to tell texts apart. */
export const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)
