import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { currentTraceId, FAULTS, Fault } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import type { Authenticator } from '../identity/access-token.ts'
import type { PersistedOperations } from '../operations/persisted.ts'
import { InvalidOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { type RequestNotes, requestLine } from '../telemetry/logs.ts'
import type { AdminCheck } from './admin.ts'
import { answerExchange, replyTo } from './answer-exchange.ts'
import { type ApolloLane, openApolloLane } from './apollo-lane.ts'
import type { Exchange, Reply } from './exchange.ts'
import { answerType, type MediaType } from './negotiate.ts'
import { type Cors, isPreflight } from './origins.ts'
import { bodyParameters, isJsonBody, type Parameters, searchParameters } from './parameters.ts'
import { readBody } from './read-body.ts'
import { HttpRefusal, refusalText } from './refusal.ts'

export interface GraphqlOptions {
  readonly pipeline: Pipeline
  readonly persisted: PersistedOperations
  readonly authenticator: Authenticator
  readonly cors: Cors
  readonly isAdmin: AdminCheck
  /** Every exchange goes through Apollo Server. */
  readonly longWayOnly?: boolean
  readonly logger: Logger
}

/** GraphQL over HTTP. */
export interface GraphqlEndpoint extends AsyncDisposable {
  /** Answers a request on `/graphql`. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** From now on connections end with the answer that is under way on them. */
  drain(): void
}

const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export async function openGraphql(options: GraphqlOptions): Promise<GraphqlEndpoint> {
  const { pipeline, logger } = options
  const apollo = await openApolloLane(pipeline, logger)
  let draining = false

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now()
    const granted = options.cors(request)
    const send = (reply: Reply, type: MediaType, notes: RequestNotes) => {
      const headers = { ...granted, ...COMMON_HEADERS, 'content-type': TYPES[type], ...reply.headers, ...(draining && CLOSE) }
      write(response, reply, headers)
      logger.info(requestLine(request, reply.status, performance.now() - startedAt, notes), 'request')
    }
    if (isPreflight(request)) return void response.writeHead(204, granted).end()
    const type = answerType(request.headers.accept)
    const from = traceParent(request)
    inSpan('router.request', { kind: SpanKind.SERVER, ...(from && { from }) }, async () => {
      const notes = { trace_id: currentTraceId(), op: undefined as string | undefined }
      try {
        const exchange = await accept(request, response, type, options)
        notes.op = exchange.parameters.operationName?.slice(0, 100)
        send(await answer(exchange, options, apollo), exchange.mediaType, notes)
      } catch (error) {
        send(refusal(error, type ?? 'application/json', logger), type ?? 'application/json', notes)
      }
    }).catch((error: unknown) => {
      logger.error({ err: error }, 'an answer could not be sent')
      response.destroy()
    })
  }

  return {
    handle,
    drain() {
      draining = true
    },
    [Symbol.asyncDispose]: () => apollo[Symbol.asyncDispose](),
  }
}

const TYPES: Readonly<Record<MediaType, string>> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
}
const CLOSE = { connection: 'close' } as const

function write(response: ServerResponse, { status, text }: Reply, headers: OutgoingHttpHeaders): void {
  if (response.destroyed) return
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
}

/** POST takes the short way, what is rare the long one. */
const answer = (exchange: Exchange, { pipeline, longWayOnly = false }: GraphqlOptions, apollo: ApolloLane): Promise<Reply> =>
  exchange.request.method === 'POST' && !longWayOnly ? answerExchange(pipeline, exchange) : apollo.answer(exchange)

/**
 * Lets a request in, or not.
 * @throws HttpRefusal, InvalidOperation when the document is not to be had, Fault when the credential is not good
 */
async function accept(
  request: IncomingMessage,
  response: ServerResponse,
  mediaType: MediaType | null,
  { persisted, authenticator, isAdmin }: GraphqlOptions,
): Promise<Exchange> {
  const parameters = await parametersOf(request)
  if (mediaType === null) throw new HttpRefusal(406, 'BAD_REQUEST', 'Accept application/graphql-response+json or application/json.')
  const isPrivileged = isAdmin(request.headers)
  const query = await persisted.textOf(parameters, isPrivileged)
  if (!query) throw new HttpRefusal(400, 'BAD_REQUEST', 'The parameter "query" is missing.')
  const caller = await callerOf(request, authenticator)
  const keep = parameters.extensions && { keepDocument: () => persisted.keep(parameters) }
  return { request, response, parameters, query, ...keep, caller, isPrivileged, mediaType, signal: closing(response) }
}

async function parametersOf(request: IncomingMessage): Promise<Parameters> {
  const { method, url = '' } = request
  if (method === 'POST') {
    if (!isJsonBody(request)) throw new HttpRefusal(415, 'BAD_REQUEST', 'Send application/json in UTF-8, not compressed.')
    return bodyParameters(await readBody(request))
  }
  if (method !== 'GET') throw new HttpRefusal(405, 'BAD_REQUEST', 'Use POST, or GET for a query.', { allow: 'GET, POST' })
  if (!isPreflighted(request)) throw new HttpRefusal(400, 'BAD_REQUEST', 'A query by GET needs the header apollo-require-preflight.')
  const at = url.indexOf('?')
  return searchParameters(at < 0 ? '' : url.slice(at))
}

/** True when no page can have sent it without its browser asking us first. */
const isPreflighted = ({ headers }: IncomingMessage): boolean =>
  Boolean(headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) ||
  headers['content-type']?.startsWith('application/json') === true

/** Only the bearer token says who calls; nothing else of a client's headers goes further. */
async function callerOf({ headers, socket }: IncomingMessage, authenticator: Authenticator): Promise<Caller> {
  const { viewer } = await authenticator.authenticate(headers.authorization)
  return { viewer, ip: socket.remoteAddress ?? null, userAgent: headers['user-agent'] ?? null }
}

/** Aborts when the client leaves before it has its answer. */
function closing(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

/** The reply to a request that is not answered; what nobody foresaw is logged. */
function refusal(error: unknown, type: MediaType, logger: Logger): Reply {
  if (error instanceof InvalidOperation) return replyTo(type, { data: undefined, errors: error.errors })
  if (error instanceof HttpRefusal) return { status: error.status, text: refusalText(error.code, error.message), headers: error.headers }
  if (error instanceof Fault) {
    const { status } = FAULTS[error.code]
    const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
    return { status, text: refusalText(error.code, error.message, error.extensions), headers }
  }
  logger.error({ err: error }, 'request failed')
  return { status: 500, text: refusalText('INTERNAL') }
}

function traceParent({ headers }: IncomingMessage): Record<string, string> | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' ? { traceparent } : undefined
}
