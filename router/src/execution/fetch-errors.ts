import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { clientName } from '../operations/data-names.ts'
import { REQUIRED } from '../planning/planner.ts'
import { EVENT_SERVICE } from './executor.ts'
import type { Json } from './merge.ts'
import { type PlanPath, placesOf, type ResponsePlace } from './paths.ts'
import type { Represented } from './representations.ts'

/** More errors of one fetch say nothing more. */
const MOST_ERRORS = 100

/** Makes what a subgraph says of its own answer errors of the client's. */
export interface FetchErrors {
  /** The error at a place; without one it stands nowhere. */
  at(error: GraphQLFormattedError, place: ResponsePlace | undefined): GraphQLError
  /** Errors of a list of entities, wherever these stand: at most a hundred. @param targets the objects of each entity */
  ofEntities(root: Json, errors: readonly GraphQLFormattedError[], targets: Represented['targets']): readonly GraphQLError[]
}

/** @param path of the entities */
export function fetchErrors(serviceName: string, path: PlanPath): FetchErrors {
  // What stands in for a subgraph has no name that anybody knows.
  const service = serviceName === EVENT_SERVICE ? null : { service: serviceName }
  const at = ({ message, extensions }: GraphQLFormattedError, place: ResponsePlace | undefined) =>
    new GraphQLError(message, { path: place ? placeForClient(place) : null, extensions: { ...extensions, ...service } })
  // An error that names no entity is about all of them: it stands where they begin.
  const common = (path.includes('@') ? path.slice(0, path.indexOf('@')) : path).filter((part) => typeof part === 'string')

  return {
    at,
    ofEntities(root, errors, targets) {
      const places = placesOf(root, path)
      const found: GraphQLError[] = []
      for (const error of errors) {
        const [, index, ...rest] = error.path ?? []
        const own = typeof index === 'number' ? (targets[index] ?? []).flatMap((target) => places.get(target) ?? []) : undefined
        for (const place of own ?? [common]) {
          if (found.length >= MOST_ERRORS) return found
          found.push(at(error, own ? [...place, ...rest] : place))
        }
      }
      return found
    },
  }
}

/** What only a subgraph required has no place in the answer: its errors stand at the object that it belongs to. */
function placeForClient(place: ResponsePlace): ResponsePlace {
  const hidden = place.findIndex((part) => typeof part === 'string' && part.startsWith(REQUIRED))
  return (hidden < 0 ? place : place.slice(0, hidden)).map((part) => (typeof part === 'string' ? clientName(part) : part))
}
