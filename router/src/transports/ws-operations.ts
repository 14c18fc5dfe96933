import { fault, isInternal, scrub } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { type ExecutionArgs, type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql'
import { type Context, makeServer, type SubscribePayload } from 'graphql-ws'
import { resultOf } from '../execution/answer.ts'
import type { Identity } from '../identity/access-token.ts'
import { type LiveOptions, type ResultStream, subscribe } from '../live/subscribe.ts'
import { InvalidOperation, type PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { traced } from '../telemetry/traces.ts'

const OPERATIONS = 50
const INIT_MS = 3_000
const SLOW = 1013

/** One socket, as the operations on it see it. */
export interface SocketClient {
  /** @throws Fault when the credential is not good */
  identify(authorization: string | undefined): Promise<Identity>
  close(code: number, reason: string): void
  readonly ip: string | null
  readonly userAgent: string | null
  /** Aborts when the socket has closed. */
  readonly left: AbortSignal
  /** Set when the client was let in. */
  caller?: Caller
}

/** What one operation brings from its start to its execution. */
interface Started {
  readonly operation: PreparedOperation
  readonly client: SocketClient
  readonly caller: Caller
  readonly stream: ResultStream | null
}

type Init = Record<string, unknown> | undefined

/**
 * What happens on a socket: who it is for, and its queries, mutations and subscriptions.
 * @param live null without Redis: then there are queries and mutations alone
 */
export function wsOperations(pipeline: Pipeline, live: LiveOptions | null, logger: Logger) {
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
  async function start(context: Context<Init, SocketClient>, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { extra: client, subscriptions } = context
    const { caller } = client
    if (!caller) return [fault('UNAUTHENTICATED')]
    if (Object.keys(subscriptions).length > OPERATIONS) return [fault('BAD_REQUEST', `A socket carries at most ${OPERATIONS} operations.`)]
    try {
      const { query, operationName, variables } = payload
      const operation = await pipeline.operations.prepare(query, operationName, caller.viewer)
      const isSubscription = operation.kind === 'subscription'
      if (isSubscription && !live) throw fault('BAD_REQUEST', 'There are no live events here.')
      const onOverflow = () => client.close(SLOW, 'Too slow')
      const stream = live && isSubscription ? await subscribe(live, { operation, variables, caller, onOverflow }) : null
      const contextValue: Started = { operation, client, caller, stream }
      return { schema: pipeline.state.apiSchema, document: operation.document, variableValues: variables ?? null, contextValue }
    } catch (error) {
      return error instanceof InvalidOperation ? error.errors : [publicError(error, 'an operation could not be started')]
    }
  }

  function execute({ contextValue, variableValues }: ExecutionArgs): Promise<ExecutionResult> {
    const { operation, client, caller } = contextValue as Started
    return inSpan('router.request', { kind: SpanKind.SERVER }, () =>
      pipeline.run({ operation, variables: variableValues, caller, signal: client.left }).then(resultOf, (error: unknown) => ({
        errors: traced([publicError(error, 'an operation failed')]),
      })),
    )
  }

  return makeServer<Init, SocketClient>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect: connect,
    onSubscribe: (context, _id, payload) =>
      inSpan('router.subscribe', { kind: SpanKind.SERVER }, async () => {
        const started = await start(context, payload)
        return 'schema' in started ? started : traced(started)
      }),
    execute,
    subscribe: ({ contextValue }) => (contextValue as Started).stream ?? { errors: [fault('INTERNAL')] },
    onNext: (_context, _id, _payload, _args, { data, errors }): FormattedExecutionResult => ({
      ...(data !== undefined && { data }),
      ...(errors && { errors: errors.map((error) => scrub(error.toJSON())) }),
    }),
    onError: (_context, _id, _payload, errors) => errors.map((error) => scrub(error instanceof GraphQLError ? error.toJSON() : error)),
  })
}
