import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** True for no origin (not a browser), the router's own, and listed ones. */
export type OriginCheck = (headers: IncomingHttpHeaders) => boolean

export function originCheck(allowed: readonly string[]): OriginCheck {
  const listed = new Set(allowed)
  return ({ origin, host }) => {
    if (origin === undefined || listed.has(origin)) return true
    return URL.canParse(origin) && host !== undefined && new URL(origin).host === host
  }
}

/** Headers that let the page of a listed origin read the answer. Others get none; their simple requests fall to CSRF prevention. */
export type Cors = (request: IncomingMessage) => OutgoingHttpHeaders

const NO_GRANT: OutgoingHttpHeaders = Object.freeze({ vary: 'Origin' })

export function cors(allowed: readonly string[]): Cors {
  const listed = new Set(allowed)
  return (request) => {
    const { origin } = request.headers
    if (origin === undefined || !listed.has(origin)) return NO_GRANT
    const grant = { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
    if (!isPreflight(request)) return { ...grant, 'access-control-expose-headers': 'RateLimit, RateLimit-Policy, Retry-After' }
    return {
      ...grant,
      // The last two are for event streams that several operations share.
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? 'content-type, authorization',
      'access-control-max-age': '600',
    }
  }
}

/** A browser asks whether a page may send what it is about to send. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
