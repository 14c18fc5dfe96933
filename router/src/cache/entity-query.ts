import { createHash } from 'node:crypto'
import { type FragmentDefinitionNode, Kind, parse, print, type SelectionSetNode, visit } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { type Shared, sharedSelection } from './shared-selection.ts'

/** A fetch of entities. */
export interface EntityQuery {
  /** Equal for queries that mean the same, whatever operation they come from. */
  readonly id: string
  readonly responseName: string
  /** True when `sharedAs` knows any type. */
  readonly isShared: boolean
  /** What is selected of an entity of this type, if everyone gets the same; null when it depends on the viewer. */
  sharedAs(typeName: string): Shared | null
}

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const KEPT = 2_000

/** Reads the queries that go to one subgraph, each text once; null for what asks for anything but entities. */
export function entityQueries(state: SchemaState, subgraph: string): (text: string) => EntityQuery | null {
  const known = new LRUCache<string, { readonly query: EntityQuery | null }>({ max: KEPT })
  return (text) => {
    const found = known.get(text)
    if (found) return found.query
    const query = readQuery(state, subgraph, text)
    known.set(text, { query })
    return query
  }
}

function readQuery(state: SchemaState, subgraph: string, text: string): EntityQuery | null {
  const { definitions } = parse(text, { noLocation: true })
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [root, ...more] = operation?.selectionSet.selections ?? []
  if (operation?.operation !== 'query' || root?.kind !== Kind.FIELD || more.length > 0) return null
  const { name, alias, directives, selectionSet } = root
  if (name.value !== '_entities' || directives?.length || !selectionSet) return null
  const fragments: Fragments = new Map(
    definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])),
  )
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
    responseName: (alias ?? name).value,
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
