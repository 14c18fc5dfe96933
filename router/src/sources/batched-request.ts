import type { GraphQLFormattedError } from 'graphql'
import type { SubgraphAnswer, SubgraphRequest } from './source.ts'

/** Where a request's entities stand in the joint list, in the order in which it asked. */
type Places = readonly number[]

/** One request for the entities of all, each once. */
export function joinRequests(requests: readonly SubgraphRequest[]): {
  readonly request: SubgraphRequest
  readonly places: readonly Places[]
} {
  const all = new Map<string, number>()
  const placeOf = (representation: string): number => {
    const place = all.get(representation) ?? all.size
    all.set(representation, place)
    return place
  }
  const places = requests.map(({ representations = [] }) => representations.map(placeOf))
  const { query = '', queryJson, operationName, variables = {} } = requests[0] ?? {}
  return { request: { query, queryJson, operationName, variables, representations: [...all.keys()] }, places }
}

/**
 * The part of a joint answer for each request, errors' paths renumbered. An error at no entity goes to all.
 * @param name of the list of entities in the answer
 * @returns null when the answer does not hold all entities that were asked for
 */
export function splitAnswer(
  { data, errors = [] }: SubgraphAnswer,
  name: string,
  places: readonly Places[],
): readonly SubgraphAnswer[] | null {
  const entities = data?.[name]
  const asked = places.reduce((most, own) => Math.max(most, ...own), -1) + 1
  if (!Array.isArray(entities) || entities.length !== asked) return null
  const shared = places.reduce((sum, own) => sum + own.length, 0) > asked
  return places.map((own) => {
    const ownErrors = errors.flatMap((error) => errorFor(error, name, own))
    return {
      data: { [name]: own.map((place) => entities[place] as unknown) },
      ...(ownErrors.length > 0 && { errors: ownErrors }),
      ...(shared && { shared }),
    }
  })
}

/** The error as the request with these entities sees it; none when it is about another's. */
function errorFor(error: GraphQLFormattedError, name: string, own: Places): readonly GraphQLFormattedError[] {
  const [root, place, ...rest] = error.path ?? []
  if (root !== name || typeof place !== 'number') return [error]
  const index = own.indexOf(place)
  return index === -1 ? [] : [{ ...error, path: [name, index, ...rest] }]
}
