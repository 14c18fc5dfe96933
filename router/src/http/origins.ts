import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** True for no origin (not a browser), the router's own, and listed ones. */
export type OriginCheck = (headers: IncomingHttpHeaders) => boolean

export function originCheck(allowed: readonly string[]): OriginCheck {
  const listed = new Set(allowed)
  return ({ origin, host }) => {
    if (origin === undefined || listed.has(origin)) return true
    return URL.canParse(origin) && host !== undefined && new URL(origin).host === host
  }
}

/** CORS for listed origins. Others get no permission; their simple requests fall to CSRF prevention. */
export function addCors(app: FastifyInstance, allowed: readonly string[]): void {
  const listed = new Set(allowed)
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    if (origin === undefined || !listed.has(origin)) return
    reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true')
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return
    await reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST')
      .header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? 'content-type, authorization')
      .header('access-control-max-age', '600')
      .send()
  })
}
