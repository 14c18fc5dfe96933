import type { GraphQLFormattedError } from 'graphql'
import type { BatchedQuery } from './batched-query.ts'
import { jointDocument, jointVariable, listAlias } from './joint-document.ts'
import { representationText, type SubgraphAnswer, type SubgraphRequest } from './source.ts'

/** Requests of one text and the same other variables. */
export interface Part {
  readonly entities: BatchedQuery
  readonly requests: readonly SubgraphRequest[]
}

/** The answer of each request of a part; null when the part's list did not come whole. */
export type PartAnswers = readonly SubgraphAnswer[] | null

/** One request that stands for many. */
export interface JointRequest {
  readonly request: SubgraphRequest
  /** The answers of each part, errors' paths renumbered. An error at no entity goes to all. */
  split(answer: SubgraphAnswer): readonly PartAnswers[]
}

/** One request for all parts, in which each part asks for each entity once. */
export function joinParts(parts: readonly Part[]): JointRequest {
  const [first] = parts
  const lists = parts.map(joinLists)
  if (first && parts.length === 1) {
    const [request] = first.requests
    if (request && first.requests.length === 1) return { request, split: (answer) => [[answer]] }
    const joint = { ...request, query: first.entities.text, variables: request?.variables ?? {}, representations: lists[0]?.texts ?? [] }
    return { request: joint, split: (answer) => lists.map((list) => splitList(answer, first.entities.name, first.entities.name, list)) }
  }
  const variables: Record<string, unknown> = {}
  const representationLists: Record<string, readonly string[]> = {}
  for (const [part, { requests }] of parts.entries()) {
    for (const [name, value] of Object.entries(requests[0]?.variables ?? {})) variables[jointVariable(part, name)] = value
    representationLists[jointVariable(part, 'representations')] = lists[part]?.texts ?? []
  }
  return {
    request: { ...jointDocument(parts.map(({ entities }) => entities)), variables, representationLists },
    split: (answer) => parts.map(({ entities }, part) => splitList(answer, listAlias(part), entities.name, lists[part] ?? NOTHING)),
  }
}

interface JoinedList {
  readonly texts: readonly string[]
  /** Where each request's entities stand in the list, in the order in which it asked; null for a request that has the list to itself. */
  readonly places: readonly (readonly number[])[] | null
}

const NOTHING: JoinedList = { texts: [], places: [] }

function joinLists({ requests }: Part): JoinedList {
  const [first, ...others] = requests
  if (first?.representations && others.length === 0) return { texts: first.representations.map(representationText), places: null }
  const all = new Map<string, number>()
  const placeOf = (text: string): number => {
    const place = all.get(text) ?? all.size
    all.set(text, place)
    return place
  }
  const places = requests.map(({ representations = [] }) => representations.map((one) => placeOf(representationText(one))))
  return { texts: [...all.keys()], places }
}

function splitList({ data, errors = [], plain }: SubgraphAnswer, alias: string, name: string, { texts, places }: JoinedList): PartAnswers {
  const entities = data?.[alias]
  if (!Array.isArray(entities) || entities.length !== texts.length) return null
  if (!places) {
    const ownErrors = errors.flatMap((error) => errorFor(error, alias, name, null))
    return [{ data: { [name]: entities }, ...(ownErrors.length > 0 && { errors: ownErrors }), ...(plain && { plain }) }]
  }
  const shared = places.reduce((sum, own) => sum + own.length, 0) > texts.length
  return places.map((own) => {
    const ownErrors = errors.flatMap((error) => errorFor(error, alias, name, own))
    return {
      data: { [name]: own.map((place) => entities[place] as unknown) },
      ...(ownErrors.length > 0 && { errors: ownErrors }),
      ...(shared && { shared }),
      ...(plain && { plain }),
    }
  })
}

/**
 * The error as the request with these entities sees it; none when it is about another's.
 * @param own their places; null when all are its own
 */
function errorFor(
  error: GraphQLFormattedError,
  alias: string,
  name: string,
  own: readonly number[] | null,
): readonly GraphQLFormattedError[] {
  const [root, place, ...rest] = error.path ?? []
  if (root === undefined) return [error]
  if (root !== alias) return []
  if (typeof place !== 'number') return [{ ...error, path: [name] }]
  const index = own ? own.indexOf(place) : place
  return index === -1 ? [] : [{ ...error, path: [name, index, ...rest] }]
}
