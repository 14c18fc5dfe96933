import { Kind, parse } from 'graphql'
import { LRUCache } from 'lru-cache'

/** The text of a request that asks for one list of entities and nothing else. */
export interface EntityQuery {
  readonly text: string
  /** Stands for the text in keys, which it would make long. */
  readonly id: number
  /** Name of the list in the answer. */
  readonly name: string
}

const known = new LRUCache<string, { readonly entities: EntityQuery | null }>({ max: 5_000 })
let last = 0

/** The text as a question for entities; null when it asks for anything else. */
export function entityQuery(text: string): EntityQuery | null {
  const cached = known.get(text)
  if (cached) return cached.entities
  const name = listName(text)
  last += 1
  const entities = name === null ? null : { text, id: last, name }
  known.set(text, { entities })
  return entities
}

function listName(text: string): string | null {
  const { definitions } = parse(text, { noLocation: true })
  const [operation, ...others] = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [root, ...more] = operation?.selectionSet.selections ?? []
  const plain = others.length === 0 && more.length === 0 && !operation?.directives?.length && !root?.directives?.length
  if (!plain || root?.kind !== Kind.FIELD || root.name.value !== '_entities') return null
  const given = root.arguments?.[0]?.value
  return given?.kind === Kind.VARIABLE && given.name.value === 'representations' ? (root.alias ?? root.name).value : null
}
