import { GraphQLError } from 'graphql'
import { requestVariables, type Source, SourceFailure, type SubgraphAnswer, type SubgraphRequest } from '../../src/sources/source.ts'
import { hash } from './random.ts'

/** Decides by a text whether a resolver fails: the same field of the same thing always does, wherever it stands. */
export type Fails = (place: string) => void

/** Two of a hundred resolvers fail. */
export const failingResolvers =
  (seed: number): Fails =>
  (place) => {
    const value = hash(`${seed} ${place}`)
    if (value % 50 === 0) throw new GraphQLError(`no ${place}`, { extensions: { code: value % 3 === 0 ? 'FORBIDDEN' : 'RATE_LIMITED' } })
  }

/** A subgraph that sometimes gives no answer, or one that breaks its own schema: null where none may be, values of another type. */
export function faulty(source: Source, seed: number): Source {
  return {
    name: source.name,
    async fetch(request, caller, signal) {
      const lost = hash(`${seed} ${source.name} ${request.query}`) % 25
      if (lost === 0) throw new SourceFailure('SUBGRAPH_UNAVAILABLE')
      if (lost === 1) throw new SourceFailure('DEADLINE_EXCEEDED')
      const answer = await source.fetch(request, caller, signal)
      if (answer.data) broken(answer.data, request, seed)
      return answer
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function broken(data: SubgraphAnswer['data'] & object, request: SubgraphRequest, seed: number): void {
  const { representations } = requestVariables(request) as { representations?: readonly object[] }
  const entities = data._entities
  if (!representations || !Array.isArray(entities)) {
    spoil(data, `${seed} ${request.query}`)
    return
  }
  for (const [index, entity] of entities.entries()) {
    // Not by index: one executor asks for an entity once, another as often as it stands in the answer.
    const place = `${seed} ${request.query} ${JSON.stringify(Object.entries(representations[index] ?? {}).toSorted())}`
    if (hash(place) % 40 === 0) entities[index] = null
    else spoil(entity, place)
  }
}

function spoil(value: unknown, place: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const here = `${place}.${name}`
    const chosen = name === '__typename' ? undefined : hash(here) % 150
    if (chosen === 0) (value as Record<string, unknown>)[name] = null
    else if (typeof inner === 'object') spoil(inner, here)
    // Only leaves: of an object that is none the stock executor makes a crash.
    else if (chosen === 1) (value as Record<string, unknown>)[name] = typeof inner === 'number' ? 'text' : 7.5
  }
}
