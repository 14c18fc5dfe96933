import type { Logger } from '@vibely/kit/logger'
import { addProbes } from '@vibely/kit/server'
import Fastify, { type FastifyInstance } from 'fastify'
import { requestLine } from '../telemetry/logs.ts'
import { addExplorers } from './explorer.ts'
import { addCors } from './origins.ts'
import { addPages, type Pages } from './pages.ts'
import { refuse } from './refusal.ts'

const BODY_BYTES = 256 * 1024

export interface HttpServer {
  readonly app: FastifyInstance
  /** Turns readiness off for good. */
  readonly drain: () => void
}

/** The listener with all but GraphQL on it: caps, CORS, probes, pages, explorers, errors as JSON. */
export function httpServer(options: {
  readonly origins: readonly string[]
  readonly pages: Pages
  /** What the explorer opens with. */
  readonly explorerDocument: string
  readonly production: boolean
  readonly logger: Logger
}): HttpServer {
  const app = Fastify({ bodyLimit: BODY_BYTES, forceCloseConnections: 'idle' })
  app.addHook('onResponse', async (request, reply) => {
    const line = requestLine(request, reply.statusCode, reply.elapsedTime)
    if (line) options.logger.info(line, 'request')
  })
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status === 413) return refuse(reply, 413, 'BAD_REQUEST', 'The request body is larger than 256 KB.')
    if (status >= 400 && status < 500) return refuse(reply, status, 'BAD_REQUEST')
    options.logger.error({ err: error }, 'request failed')
    return refuse(reply, 500, 'INTERNAL')
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'BAD_REQUEST', 'Nothing is served here. GraphQL is at /graphql.'))
  addCors(app, options.origins)
  const drain = addProbes(app, async () => {})
  addPages(app, options.pages, options.production)
  addExplorers(app, options.explorerDocument)
  return { app, drain }
}
