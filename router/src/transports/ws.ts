import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { fault, isInternal, scrub } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { type ExecutionArgs, type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql'
import type { Context, SubscribePayload } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { OriginCheck } from '../http/origins.ts'
import type { Authenticator } from '../identity/access-token.ts'
import { type LiveOptions, type ResultStream, subscribe } from '../live/subscribe.ts'
import { InvalidOperation, type PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import type { SocketSessions } from './sessions.ts'

const MESSAGE_BYTES = 64 * 1024
const SUBSCRIPTIONS = 50
const PING_MS = 12_000
const INIT_MS = 3_000
const CLOSE = { restart: 1012, slow: 1013 } as const
const DRAIN_MS = 5_000
const DRAIN_MS_EACH = 2

export interface SocketOptions {
  readonly pipeline: Pipeline
  /** Null without Redis: then there are queries and mutations alone. */
  readonly live: LiveOptions | null
  readonly authenticator: Authenticator
  readonly sessions: SocketSessions
  readonly isAllowed: OriginCheck
  readonly logger: Logger
}

/** Sockets on the listener. Disposing closes them in random order: their clients come back elsewhere, not all at once. */
export type Sockets = AsyncDisposable

/** What belongs to one socket. */
interface SocketState {
  caller: Caller
  readonly left: AbortController
}

/** What one operation brings from `onSubscribe` to its execution. */
type Start = { readonly operation: PreparedOperation; readonly state: SocketState } & (
  | { readonly stream: ResultStream }
  | { readonly stream?: never }
)

type SocketContext = Context<Record<string, unknown> | undefined, Extra & Partial<{ state: SocketState }>>

/** Serves graphql-transport-ws on `/graphql`: queries, mutations and subscriptions. */
export function addSockets(server: Server, options: SocketOptions): Sockets {
  const { pipeline, live, authenticator, sessions, isAllowed, logger } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES })
  let draining = false

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url?.split('?', 1)[0]
    const refusal =
      path !== '/graphql' ? '404 Not Found' : draining ? '503 Service Unavailable' : isAllowed(request.headers) ? null : '403 Forbidden'
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  }
  server.on('upgrade', onUpgrade)

  async function connect(context: SocketContext): Promise<boolean> {
    const { socket, request } = context.extra
    const authorization = context.connectionParams?.authorization
    try {
      const identity = await authenticator.authenticate(typeof authorization === 'string' ? authorization : undefined)
      const left = new AbortController()
      socket.once('close', () => left.abort())
      sessions.bind(socket, identity)
      const caller = { viewer: identity.viewer, ip: request.socket.remoteAddress ?? null, userAgent: request.headers['user-agent'] ?? null }
      context.extra.state = { caller, left }
      return true
    } catch (error) {
      if (isInternal(asGraphql(error).toJSON())) logger.error({ err: error }, 'a socket could not be authenticated')
      return false
    }
  }

  /** Prepares an operation; a subscription is listening when this resolves. */
  async function start(context: SocketContext, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { state, socket } = context.extra
    if (!state) return [fault('UNAUTHENTICATED')]
    if (Object.keys(context.subscriptions).length > SUBSCRIPTIONS)
      return [fault('BAD_REQUEST', `A socket carries at most ${SUBSCRIPTIONS} operations.`)]
    try {
      const { caller } = state
      const { variables } = payload
      const operation = pipeline.operations.prepare(payload.query, payload.operationName, caller.viewer)
      if (operation.kind === 'subscription' && !live) return [fault('BAD_REQUEST', 'There are no live events here.')]
      const onOverflow = () => socket.close(CLOSE.slow, 'Too slow')
      const stream =
        live && operation.kind === 'subscription' ? await subscribe(live, { operation, variables, caller, onOverflow }) : undefined
      const contextValue: Start = { operation, state, ...(stream && { stream }) }
      return { schema: pipeline.state.apiSchema, document: operation.document, variableValues: variables ?? null, contextValue }
    } catch (error) {
      if (error instanceof InvalidOperation) return error.errors
      const graphql = asGraphql(error)
      if (isInternal(graphql.toJSON())) logger.error({ err: error }, 'an operation could not be started')
      return [graphql]
    }
  }

  const execute = ({ contextValue, variableValues }: ExecutionArgs): Promise<ExecutionResult> => {
    const { operation, state } = contextValue as Start
    return inSpan('router.request', { kind: SpanKind.SERVER }, () =>
      pipeline.run({ operation, variables: variableValues, caller: state.caller, signal: state.left.signal }),
    )
  }

  useServer<Record<string, unknown> | undefined, Partial<{ state: SocketState }>>(
    {
      connectionInitWaitTimeout: INIT_MS,
      isProd: true,
      onConnect: connect,
      onSubscribe: (context, _id, payload) => start(context, payload),
      execute,
      subscribe: ({ contextValue }) => (contextValue as Start).stream ?? { errors: [fault('INTERNAL')] },
      onNext: (_context, _id, _payload, _args, result) => scrubbed(result),
      onError: (_context, _id, _payload, errors) => errors.map((error) => scrub(asGraphql(error).toJSON())),
    },
    sockets,
    PING_MS,
  )

  return {
    async [Symbol.asyncDispose]() {
      draining = true
      await Promise.all(
        [...sockets.clients].map((socket) => closeForRestart(socket, Math.min(DRAIN_MS, sockets.clients.size * DRAIN_MS_EACH))),
      )
      server.off('upgrade', onUpgrade)
      sockets.close()
    },
  }
}

async function closeForRestart(socket: WebSocket, within: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * within))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  if (socket.readyState === socket.CLOSED) return
  socket.close(CLOSE.restart, 'Service restart')
  // A peer that does not answer the close must not hold up the drain.
  const giveUp = setTimeout(() => socket.terminate(), 1_000)
  await closed
  clearTimeout(giveUp)
}

const scrubbed = ({
  data,
  errors,
}: {
  readonly data?: Record<string, unknown> | null | undefined
  readonly errors?: readonly GraphQLError[] | undefined
}): FormattedExecutionResult => ({
  ...(data !== undefined && { data }),
  ...(errors && { errors: errors.map((error) => scrub(asGraphql(error).toJSON())) }),
})

const asGraphql = (error: unknown): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError('Internal error.', { extensions: { code: 'INTERNAL' } })
