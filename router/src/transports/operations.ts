import { fault, isInternal } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import { inSpan, SpanKind, traceHeaders } from '@vibely/kit/telemetry'
import type { Caller } from '@vibely/kit/viewer'
import { GraphQLError, Kind, type OperationTypeNode } from 'graphql'
import type { Answer } from '../execution/answer.ts'
import type { Backlog } from '../live/queue.ts'
import { liveResult } from '../live/result.ts'
import type { Outlet } from '../live/stream.ts'
import type { Live } from '../live/subscribe.ts'
import { costExtensions } from '../operations/cost-report.ts'
import { InvalidOperation, RefusedOperation, refusedAnswer } from '../operations/invalid-operation.ts'
import type { Asked, PersistedOperations } from '../operations/persisted.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { Pipeline } from '../pipeline.ts'
import { NO_CHOICES } from '../planning/planner.ts'
import { subscriptionsOpen } from '../telemetry/metrics.ts'
import { traced } from '../telemetry/traces.ts'

export interface AskedOperation extends Asked {
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  /** A cursor that came beside the document, and wins over the argument `after`. */
  readonly resumeFrom?: string | undefined
  /** True for a request that may change nothing. */
  readonly isRead?: boolean
}

/** The client of a connection that carries many results. */
export interface Connection {
  readonly caller: Caller
  readonly backlog: Backlog
  /** Aborts when the connection has closed. */
  readonly left: AbortSignal
  /** Resolves when the client takes bytes. */
  roomy(): Promise<void>
}

/** An operation whose results go to an outlet. */
export interface RunningOperation {
  readonly kind: OperationTypeNode
  /** Sends the results; resolves behind the last one. @throws GraphQLError what ended them */
  run(): Promise<void>
  /** The outlet takes results again. */
  resume(): void
  /** The client has proved itself anew. */
  renew(caller: Caller): void
  close(): void
}

/** Operations of the transports that carry many results: subscriptions, and queries and mutations too. */
export interface Operations {
  /**
   * Prepares an operation; a subscription is listening when this resolves.
   * @throws InvalidOperation, GraphQLError when it is refused
   */
  start(connection: Connection, asked: AskedOperation, outlet: Omit<Outlet, 'end'>): Promise<RunningOperation>
}

export interface OperationsOptions {
  readonly pipeline: Pipeline
  readonly persisted: PersistedOperations
  readonly live: Live
  readonly logger: Logger
}

export function openOperations({ pipeline, persisted, live, logger }: OperationsOptions): Operations {
  async function subscription(
    connection: Connection,
    operation: PreparedOperation,
    { variables, resumeFrom }: AskedOperation,
    outlet: Omit<Outlet, 'end'>,
  ): Promise<RunningOperation> {
    const { caller, backlog, left } = connection
    const ending = Promise.withResolvers<void>()
    // An end ahead of `run` is no unhandled rejection: it is told there.
    ending.promise.catch(() => undefined)
    const end = (errors: readonly GraphQLError[]) => (errors[0] ? ending.reject(errors[0]) : ending.resolve())
    const stream = await live.subscribe({ operation, variables, caller, resumeFrom, outlet: { ...outlet, end }, backlog })
    const field = { field: rootFieldOf(operation) }
    const over = () => subscriptionsOpen.add(-1, field)
    subscriptionsOpen.add(1, field)
    ending.promise.then(over, over)
    const close = () => {
      stream.close()
      ending.resolve()
    }
    if (left.aborted) close()
    return {
      kind: 'subscription' as OperationTypeNode,
      run() {
        stream.start()
        return ending.promise.finally(close)
      },
      resume: stream.resume,
      renew: stream.renew,
      close,
    }
  }

  const single = (
    { left, roomy }: Connection,
    kind: OperationTypeNode,
    { extensions }: AskedOperation,
    outlet: Omit<Outlet, 'end'>,
    from: Readonly<Record<string, string>>,
    answered: (signal: AbortSignal) => Promise<Answer>,
  ): RunningOperation => ({
    kind,
    run: () =>
      inSpan('router.request', { kind: SpanKind.SERVER, from }, async () => {
        const answer = await answered(left).catch((error: unknown) => ({
          data: undefined,
          errors: traced([publicError(error, 'an operation failed', logger)]),
        }))
        // Answers wait outside the connection's buffer, of each operation one.
        await roomy()
        outlet.send(liveResult(answer, null, null, costExtensions(answer, extensions)))
      }),
    resume: () => {},
    renew: () => {},
    close: () => {},
  })

  return {
    start: (connection, asked, outlet) =>
      inSpan('router.subscribe', { kind: SpanKind.SERVER, ...clientTrace(asked) }, async () => {
        try {
          const text = await persisted.textOf(asked, false)
          if (!text) throw fault('BAD_REQUEST', 'The parameter "query" is missing.')
          const { caller } = connection
          const { operationName, variables } = asked
          const operation = await pipeline.operations.prepare(text, operationName, caller.viewer, false, NO_CHOICES, variables ?? {})
          if (asked.isRead && operation.kind === 'mutation') throw fault('BAD_REQUEST', 'A mutation is not sent by GET.')
          if (asked.extensions) persisted.keep(asked)
          if (operation.kind === 'subscription') return await subscription(connection, operation, asked, outlet)
          // It runs when the transport is ready for it, and belongs to the same trace.
          return single(connection, operation.kind, asked, outlet, traceHeaders(), (signal) =>
            pipeline.run({ operation, variables, caller, signal }),
          )
        } catch (error) {
          // As if it had a plan, and were refused when it is to run.
          if (error instanceof RefusedOperation && error.refused.byVariables && error.kind !== 'subscription')
            return single(connection, error.kind, asked, outlet, traceHeaders(), async () => ({
              ...refusedAnswer(error),
              errors: traced(error.errors),
            }))
          const errors =
            error instanceof InvalidOperation ? error.errors : [publicError(error, 'an operation could not be started', logger)]
          throw new InvalidOperation(traced(errors))
        }
      }),
  }
}

/** The client's trace: on a connection of many operations a header cannot tell it. What is not a trace is left out. */
function clientTrace({ extensions }: AskedOperation): { readonly from?: Readonly<Record<string, string>> } {
  const traceparent = extensions?.traceparent
  return typeof traceparent === 'string' ? { from: { traceparent } } : {}
}

function rootFieldOf({ definition }: PreparedOperation): string {
  const [selection] = definition.selectionSet.selections
  return selection?.kind === Kind.FIELD ? selection.name.value : 'fragment'
}

/** The error as a client may see it, scrubbed later. What is ours is logged. */
export function publicError(error: unknown, what: string, logger: Logger): GraphQLError {
  const graphql = error instanceof GraphQLError ? error : new GraphQLError('Internal error.', { extensions: { code: 'INTERNAL' } })
  if (isInternal(graphql.toJSON())) logger.error({ err: error }, what)
  return graphql
}
