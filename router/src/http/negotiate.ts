import { FAULTS, type FaultCode } from '@vibely/kit/errors'
import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'

/** Media types of an answer in one piece. */
export type MediaType = 'application/json' | 'application/graphql-response+json'

const JSON_TYPE = 'application/json'
const RESPONSE_TYPE = 'application/graphql-response+json'
const EVENTS_TYPE = 'text/event-stream'
const OFFERED = [`${JSON_TYPE}; charset=utf-8`, JSON_TYPE, `${RESPONSE_TYPE}; charset=utf-8`, RESPONSE_TYPE]

// A client sends the same header all day; some send a new one each time.
const chosen = new LRUCache<string, { readonly type: MediaType | null }>({ max: 500 })

/** The media type that the client likes best; null when it accepts none of ours. Without a wish it is `application/json`. */
export function answerType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE
  const known = chosen.get(accept)
  if (known) return known.type
  const best = new Negotiator({ headers: { accept } }).mediaType(OFFERED)
  const type = best === undefined ? null : best.startsWith(RESPONSE_TYPE) ? RESPONSE_TYPE : JSON_TYPE
  chosen.set(accept, { type })
  return type
}

const eventsFirst = new LRUCache<string, { readonly isFirst: boolean }>({ max: 500 })

/**
 * True for a client that would rather have events than one answer. Many name `text/event-stream` last in every request, for
 * servers that answer so: a query's answer in one piece is what they like better.
 */
export function prefersEvents(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes(EVENTS_TYPE)) return false
  const known = eventsFirst.get(accept)
  if (known) return known.isFirst
  const isFirst = new Negotiator({ headers: { accept } }).mediaType([...OFFERED, EVENTS_TYPE]) === EVENTS_TYPE
  eventsFirst.set(accept, { isFirst })
  return isFirst
}

/**
 * Status of a well-formed GraphQL request's answer. Under `application/json` it is always 200, because a proxy may have
 * written any other; `application/graphql-response+json` says that the body is ours, so a refused request has its code's.
 * @param rejected code of the refusal, when nothing was executed
 */
export function statusOf(rejected: string | undefined, type: MediaType): number {
  if (rejected === undefined || type === JSON_TYPE) return 200
  return Object.hasOwn(FAULTS, rejected) ? FAULTS[rejected as FaultCode].status : 400
}
