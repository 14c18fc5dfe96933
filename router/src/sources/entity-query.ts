import { Kind, parse } from 'graphql'
import { LRUCache } from 'lru-cache'

/** The text of a request that asks for one list of entities and nothing else. */
export interface EntityQuery {
  /** Stands for the text in keys, which it would make long. */
  readonly id: number
  /** Name of the list in the answer. */
  readonly name: string
}

const known = new LRUCache<string, { readonly entities: EntityQuery | null }>({ max: 5_000 })
let last = 0

/** The text as a question for entities; null when it asks for anything else. */
export function entityQuery(query: string): EntityQuery | null {
  const cached = known.get(query)
  if (cached) return cached.entities
  const name = entitiesName(query)
  last += 1
  const entities = name === null ? null : { id: last, name }
  known.set(query, { entities })
  return entities
}

function entitiesName(query: string): string | null {
  const { definitions } = parse(query, { noLocation: true })
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const roots = operations.flatMap(({ selectionSet }) => selectionSet.selections)
  const [root] = roots
  if (roots.length !== 1 || root?.kind !== Kind.FIELD || root.name.value !== '_entities' || root.directives?.length) return null
  return (root.alias ?? root.name).value
}
