import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { currentTraceId, FAULTS, Fault } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import { InvalidOperation } from '../operations/invalid-operation.ts'
import type { Pipeline } from '../pipeline.ts'
import { type RequestNotes, requestLine } from '../telemetry/logs.ts'
import { operationSeconds, rejectedTotal, requestSeconds } from '../telemetry/metrics.ts'
import type { HttpStreams } from '../transports/http-streams.ts'
import { type AcceptOptions, accept } from './accept.ts'
import { answerExchange, replyTo } from './answer-exchange.ts'
import type { ApolloLane } from './apollo-lane.ts'
import type { Exchange, Reply } from './exchange.ts'
import { takesParts, writeInParts } from './incremental.ts'
import { lazyLane } from './lazy-lane.ts'
import { answerType, type MediaType } from './negotiate.ts'
import { type Cors, isPreflight } from './origins.ts'
import { HttpRefusal, refusalText } from './refusal.ts'

export interface GraphqlOptions extends AcceptOptions {
  readonly pipeline: Pipeline
  readonly cors: Cors
  /** Operations that are measured each by its name: a client could send any number of others. */
  readonly names: ReadonlySet<string>
  /** Every exchange goes through Apollo Server. */
  readonly longWayOnly?: boolean
  readonly streams: HttpStreams
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

export function openGraphql(options: GraphqlOptions): GraphqlEndpoint {
  const { pipeline, logger, names } = options
  const apollo = lazyLane(pipeline, logger)
  let draining = false

  function report(request: IncomingMessage, { status, rejected }: Reply, milliseconds: number, notes: RequestNotes): void {
    const { op } = notes
    requestSeconds.record(milliseconds / 1000, { method: isKnownMethod(request.method) ? request.method : 'other', status })
    if (rejected !== undefined) rejectedTotal.add(1, { reason: rejected })
    else operationSeconds.record(milliseconds / 1000, { operation: op !== undefined && names.has(op) ? op : 'other' })
    logger.info(requestLine(request, status, milliseconds, notes), 'request')
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now()
    const granted = options.cors(request)
    const send = async (reply: Reply, type: MediaType, notes: RequestNotes) => {
      const headers = { ...granted, ...COMMON_HEADERS, 'content-type': TYPES[type], ...reply.headers, ...(draining && CLOSE) }
      if (reply.later) await writeInParts(response, reply.text(), reply.later, headers)
      else write(response, reply, headers)
      report(request, reply, performance.now() - startedAt, notes)
    }
    if (isPreflight(request)) return void response.writeHead(204, granted).end()
    if (options.streams.takes(request)) {
      const refuse = (error: unknown) => send(refusal(error, 'application/json', logger), 'application/json', NO_NOTES)
      const log = () => logger.info(requestLine(request, response.statusCode, performance.now() - startedAt), 'stream')
      return void options.streams.handle(request, response, { ...granted, ...COMMON_HEADERS }).then(log, refuse)
    }
    const { accept: accepted } = request.headers
    const type = answerType(accepted) ?? (takesParts(accepted) ? 'application/graphql-response+json' : null)
    const from = traceParent(request)
    inSpan('router.request', { kind: SpanKind.SERVER, ...(from && { from }) }, async () => {
      const notes = { trace_id: currentTraceId(), op: undefined as string | undefined }
      try {
        const exchange = await accept(request, response, type, options)
        notes.op = exchange.parameters.operationName?.slice(0, 100)
        await send(await answer(exchange, options, apollo), exchange.mediaType, notes)
      } catch (error) {
        await send(refusal(error, type ?? 'application/json', logger), type ?? 'application/json', notes)
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
const isKnownMethod = (method: string | undefined): method is string => method === 'POST' || method === 'GET'
const NO_NOTES: RequestNotes = { trace_id: undefined, op: undefined }
const CLOSE = { connection: 'close' } as const

/** Text of ASCII alone needs no encoding. */
function write(response: ServerResponse, reply: Reply, headers: OutgoingHttpHeaders): void {
  if (response.destroyed) return
  const text = reply.text()
  const length = Buffer.byteLength(text)
  response.writeHead(reply.status, { ...headers, 'content-length': length }).end(text, length === text.length ? 'latin1' : 'utf8')
}

/** POST takes the short way, what is rare the long one. Apollo Server would not take an answer in parts from us. */
const answer = (exchange: Exchange, { pipeline, longWayOnly = false }: GraphqlOptions, apollo: ApolloLane): Promise<Reply> =>
  (exchange.request.method === 'POST' && !longWayOnly) || exchange.takesParts ? answerExchange(pipeline, exchange) : apollo.answer(exchange)

/** The reply to a request that is not answered; what nobody foresaw is logged. */
function refusal(error: unknown, type: MediaType, logger: Logger): Reply {
  if (error instanceof InvalidOperation) return replyTo(type, { data: undefined, errors: error.errors })
  if (error instanceof HttpRefusal) {
    const { status, code, message, headers } = error
    return { status, text: () => refusalText(code, message), headers, rejected: code }
  }
  if (error instanceof Fault) {
    const { status } = FAULTS[error.code]
    const { retryAfterMs } = error.extensions
    const headers = {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(typeof retryAfterMs === 'number' && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
    }
    return { status, text: () => refusalText(error.code, error.message, error.extensions), headers, rejected: error.code }
  }
  logger.error({ err: error }, 'request failed')
  return { status: 500, text: () => refusalText('INTERNAL'), rejected: 'INTERNAL' }
}

function traceParent({ headers }: IncomingMessage): Record<string, string> | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' ? { traceparent } : undefined
}
