import { fault, isInternal, scrub } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { type ExecutionArgs, GraphQLError } from 'graphql'
import { type Context, makeServer, type SubscribePayload } from 'graphql-ws'
import { type Answer, answerText } from '../execution/answer.ts'
import type { Identity } from '../identity/access-token.ts'
import type { Backlog } from '../live/queue.ts'
import type { Outlet, Stream } from '../live/stream.ts'
import type { Live } from '../live/subscribe.ts'
import { costExtensions } from '../operations/cost-report.ts'
import { InvalidOperation, type PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { traced } from '../telemetry/traces.ts'

const OPERATIONS = 50
const INIT_MS = 3_000

/** One socket, as the operations on it see it. */
export interface SocketClient {
  /** @throws Fault when the credential is not good */
  identify(authorization: string | undefined): Promise<Identity>
  /** A fresh credential of the same user, on an open socket. Another user's closes it. */
  renew(authorization: string): Promise<void>
  /** The way to the client for the results of one operation; `next` messages go past the library, as text. */
  outlet(id: string, end: Outlet['end']): Outlet
  /** Sends a message of the protocol. */
  tell(message: string): void
  /** Resolves when the client takes bytes. */
  roomy(): Promise<void>
  readonly backlog: Backlog
  readonly ip: string | null
  readonly userAgent: string | null
  /** Aborts when the socket has closed. */
  readonly left: AbortSignal
  /** Streams that are open: they go on when the socket has room again. */
  readonly streams: Set<Stream>
  /** Set when the client was let in. */
  caller?: Caller
}

/** What one operation brings from its start to its execution. */
interface Started {
  readonly operation: PreparedOperation
  readonly client: SocketClient
  readonly caller: Caller
  readonly results: AsyncGenerator<never, void, void>
}

type Init = Record<string, unknown> | undefined

/**
 * What happens on a socket: who it is for, and its queries, mutations and subscriptions.
 * The library keeps the protocol. It would write each result with JSON.stringify, so it is only told when the results are
 * over; the results themselves go to the socket as the text that they are.
 * @param live null without Redis: then there are queries and mutations alone
 */
export function wsOperations(pipeline: Pipeline, live: Live | null, logger: Logger) {
  const publicError = (error: unknown, what: string): GraphQLError => {
    const graphql = error instanceof GraphQLError ? error : new GraphQLError('Internal error.', { extensions: { code: 'INTERNAL' } })
    if (isInternal(graphql.toJSON())) logger.error({ err: error }, what)
    return graphql
  }

  async function connect({ connectionParams, extra: client }: Context<Init, SocketClient>): Promise<boolean> {
    const authorization = connectionParams?.authorization
    try {
      const { viewer } = await client.identify(typeof authorization === 'string' ? authorization : undefined)
      client.caller = { viewer, ip: client.ip, userAgent: client.userAgent }
      return true
    } catch (error) {
      publicError(error, 'a socket could not be authenticated')
      return false
    }
  }

  /** Prepares an operation; a subscription is listening when this resolves. */
  async function start(
    context: Context<Init, SocketClient>,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { extra: client, subscriptions } = context
    const { caller } = client
    if (!caller) return [fault('UNAUTHENTICATED')]
    if (Object.keys(subscriptions).length > OPERATIONS) return [fault('BAD_REQUEST', `A socket carries at most ${OPERATIONS} operations.`)]
    try {
      const { query, operationName, variables, extensions } = payload
      const operation = await pipeline.operations.prepare(query, operationName, caller.viewer)
      const results =
        operation.kind === 'subscription'
          ? await subscription(client, id, operation, caller, variables)
          : endingWith(
              () => execute(client, id, operation, caller, { variables, extensions }),
              () => {},
            )
      const contextValue: Started = { operation, client, caller, results }
      return { schema: pipeline.state.apiSchema, document: operation.document, contextValue }
    } catch (error) {
      return error instanceof InvalidOperation ? error.errors : [publicError(error, 'an operation could not be started')]
    }
  }

  async function subscription(
    client: SocketClient,
    id: string,
    operation: PreparedOperation,
    caller: Caller,
    variables: SubscribePayload['variables'],
  ): Promise<Started['results']> {
    if (!live) throw fault('BAD_REQUEST', 'There are no live events here.')
    const ending = Promise.withResolvers<void>()
    const end = (errors: readonly GraphQLError[]) => (errors[0] ? ending.reject(errors[0]) : ending.resolve())
    // Without a listener an end before the first `next` would be an unhandled rejection.
    ending.promise.catch(() => undefined)
    const { backlog, streams } = client
    const stream = await live.subscribe({ operation, variables, caller, outlet: client.outlet(id, end), backlog })
    const close = () => {
      streams.delete(stream)
      stream.close()
      ending.resolve()
    }
    streams.add(stream)
    if (client.left.aborted) close()
    const begin = () => {
      stream.start()
      return ending.promise
    }
    return endingWith(begin, close)
  }

  async function execute(
    client: SocketClient,
    id: string,
    operation: PreparedOperation,
    caller: Caller,
    { variables, extensions }: Pick<SubscribePayload, 'variables' | 'extensions'>,
  ): Promise<void> {
    await inSpan('router.request', { kind: SpanKind.SERVER }, async () => {
      const answer: Answer = await pipeline.run({ operation, variables, caller, signal: client.left }).catch((error: unknown) => ({
        data: undefined,
        errors: traced([publicError(error, 'an operation failed')]),
      }))
      // Answers wait outside the socket's buffer, of each operation at most one.
      await client.roomy()
      client
        .outlet(id, () => {})
        .send({ json: Buffer.from(answerText(answer, costExtensions(answer, extensions))), cursor: null, key: null })
    })
  }

  const results = ({ contextValue }: ExecutionArgs) => (contextValue as Started).results
  return makeServer<Init, SocketClient>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect: connect,
    onPing({ extra: client }, payload) {
      const authorization = payload?.authorization
      return typeof authorization === 'string' ? client.renew(authorization) : undefined
    },
    onSubscribe: (context, id, payload) =>
      inSpan('router.subscribe', { kind: SpanKind.SERVER }, async () => {
        const started = await start(context, id, payload)
        return 'schema' in started ? started : traced(started)
      }),
    execute: results,
    subscribe: results,
    onError: (_context, _id, _payload, errors) => errors.map((error) => scrub(error instanceof GraphQLError ? error.toJSON() : error)),
  })
}

/** Results that are sent elsewhere: the library sees only their end. `return` ends them at once, also while `next` waits. */
function endingWith(begin: () => Promise<void>, close: () => void): Started['results'] {
  const over = { done: true, value: undefined } as const
  const end = async () => {
    close()
    return over
  }
  const results: Started['results'] = {
    async next() {
      await begin().finally(close)
      return over
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: async () => void (await end()),
  }
  return results
}
