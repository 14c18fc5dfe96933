import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import type { FaultCode } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { addProbes } from '@vibely/kit/probes'
import { withoutSchemas } from '@vibely/kit/without-schemas'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { requestLine } from '../telemetry/logs.ts'
import { inStage } from '../telemetry/traces.ts'
import { addExplorers } from './explorer.ts'
import type { GraphqlEndpoint } from './graphql.ts'
import { type Cors, isPreflight } from './origins.ts'
import { addPages, type Pages } from './pages.ts'
import { refusalText } from './refusal.ts'

// Imported as a module it would have the value of every export, the client behind `fetch` among them: 3 MB of memory.
const { createServer } = process.getBuiltinModule('node:http')

const HEADER_BYTES = 16 * 1024
// A request that takes longer to arrive is an attack. Behind a balancer connections live longer than its own idle limit.
const REQUEST_MS = 30_000
const KEEP_ALIVE_MS = 72_000

export interface HttpServer {
  readonly app: FastifyInstance
  /** Turns readiness off for good. */
  readonly drain: () => void
}

/**
 * The listener. GraphQL goes straight to its endpoint; what has its own path beside it (probes, pages, explorers) is
 * Fastify's, whose routing and reply objects cost more than a small query.
 */
export function httpServer(options: {
  readonly graphql: GraphqlEndpoint
  readonly cors: Cors
  readonly pages: Pages
  /** What the explorer opens with. */
  readonly explorerDocument: string
  /** No explorers and no pages for development. */
  readonly production: boolean
  readonly logger: Logger
}): HttpServer {
  const { graphql, logger } = options
  const app = Fastify({
    ...withoutSchemas,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBrokenRequest,
    serverFactory(others) {
      const limits = { maxHeaderSize: HEADER_BYTES, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }
      return createServer(limits, (request, response) => {
        const { url = '' } = request
        const isQuery = url === '/graphql' ? options.production || !isVisit(request) : url.startsWith('/graphql?')
        if (isQuery) graphql.handle(request, response)
        else others(request, response)
      })
    },
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(options.cors(request.raw))
    if (isPreflight(request.raw)) await reply.code(204).send()
  })
  app.addHook('onResponse', async (request, reply) => {
    if (!isProbe(request.url)) logger.info(requestLine(request.raw, reply.statusCode, reply.elapsedTime), 'request')
  })
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 400 && status < 500) return refuse(reply, status, 'BAD_REQUEST')
    logger.error({ err: error }, 'request failed')
    return refuse(reply, 500, 'INTERNAL')
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'BAD_REQUEST', 'Nothing is served here. GraphQL is at /graphql.'))
  const drain = addProbes(app, async () => {})
  addPages(app, options.pages, options.production)
  if (!options.production) addExplorers(app, options.explorerDocument)
  return {
    app,
    drain() {
      drain()
      graphql.drain()
    },
  }
}

/** Somebody has typed the address into a browser. */
const isVisit = ({ method, headers }: IncomingMessage) => method === 'GET' && headers.accept?.startsWith('text/html') === true

const isProbe = (url: string) => /^\/(live|ready|startup)z(\?|$)/.test(url)

const refuse = (reply: FastifyReply, status: number, code: FaultCode, message?: string) =>
  inStage('router.refusal', () => reply.code(status).type('application/json; charset=utf-8').send(refusalText(code, message)))

const BROKEN: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request headers are larger than 16 KB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
}

/** What Node's parser refuses, a length beside a transfer encoding among it, never becomes a request. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, message] = BROKEN[error.code ?? ''] ?? ['400 Bad Request', 'The request is malformed.']
  const text = refusalText('BAD_REQUEST', message)
  const head = ['content-type: application/json; charset=utf-8', `content-length: ${Buffer.byteLength(text)}`, 'connection: close']
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${text}`)
}
