import { LRUCache } from 'lru-cache'
import { readEntityQuery } from './entity-query.ts'

/** The text of a request that asks for one list of entities and nothing else. */
export interface BatchedQuery {
  readonly text: string
  /** Stands for the text in keys, which it would make long. */
  readonly id: number
  /** Name of the list in the answer. */
  readonly name: string
}

const known = new LRUCache<string, { readonly query: BatchedQuery | null }>({ max: 5_000 })
let last = 0

/** The text as a question for entities; null when it asks for anything else. */
export function batchedQuery(text: string): BatchedQuery | null {
  const cached = known.get(text)
  if (cached) return cached.query
  const read = readEntityQuery(text)
  last += 1
  const query = read && { text, id: last, name: read.name }
  known.set(text, { query })
  return query
}
