import type { GraphQLFormattedError } from 'graphql'
import type { SubgraphAnswer, SubgraphRequest } from '../sources/source.ts'

/** What was fetched for some places of a fetch, in their order. */
export interface Part {
  /** Indexes in the whole fetch. */
  readonly places: readonly number[]
  readonly answer: SubgraphAnswer
}

/** The same fetch for these places alone. */
export const narrowed = (request: SubgraphRequest, places: readonly number[]): SubgraphRequest => ({
  ...request,
  representations: places.flatMap((place) => {
    const one = request.representations?.[place]
    return one === undefined ? [] : [one]
  }),
})

/** The entities of a part, place by place; undefined where there is no clean one: it is null, or an error points at it. */
export function cleanEntities({ data, errors = [] }: SubgraphAnswer, name: string, count: number): readonly unknown[] {
  const entities = listOf(data, name)
  // An error that names no entity may be about any of them.
  if (entities.length !== count || errors.some((error) => indexOf(error) === undefined)) return []
  const faulty = new Set(errors.map(indexOf))
  return entities.map((entity, index) => (entity === null || faulty.has(index) ? undefined : entity))
}

/** One answer of what was kept and what was fetched, in the order of the fetch. */
export function joined(name: string, count: number, kept: ReadonlyMap<number, unknown>, parts: readonly Part[]): SubgraphAnswer {
  const entities = Array.from({ length: count }, (_, place) => kept.get(place) ?? null)
  const errors: GraphQLFormattedError[] = []
  for (const { places, answer } of parts) {
    const fetched = listOf(answer.data, name)
    for (const [index, place] of places.entries()) entities[place] = fetched[index] ?? null
    for (const error of answer.errors ?? []) {
      const place = places[indexOf(error) ?? -1]
      errors.push(place === undefined ? error : { ...error, path: [name, place, ...(error.path?.slice(2) ?? [])] })
    }
  }
  return { data: { [name]: entities }, ...(errors.length > 0 && { errors }), shared: true }
}

const indexOf = ({ path }: GraphQLFormattedError): number | undefined => (typeof path?.[1] === 'number' ? path[1] : undefined)

function listOf(data: SubgraphAnswer['data'], name: string): readonly unknown[] {
  const list = data?.[name]
  return Array.isArray(list) ? list : []
}
