import { fault, scrub } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import type { Caller, Viewer } from '@vibely/kit/viewer'
import { type DocumentNode, type ExecutionArgs, GraphQLError, type GraphQLSchema, OperationTypeNode, parse } from 'graphql'
import { type Context, makeServer, type SubscribePayload } from 'graphql-ws'
import { readParameters } from '../http/parameters.ts'
import { HttpRefusal } from '../http/refusal.ts'
import type { Identity } from '../identity/authenticator.ts'
import type { Backlog } from '../live/queue.ts'
import type { Outlet } from '../live/stream.ts'
import { InvalidOperation } from '../operations/invalid-operation.ts'
import { type Operations, publicError, type RunningOperation } from './operations.ts'

const OPERATIONS = 50
const INIT_MS = 3_000

/** One socket, as the operations on it see it. */
export interface SocketClient {
  /** @throws Fault when the credential is not good */
  identify(authorization: string | undefined): Promise<Identity>
  /** Takes a fresh credential of the same user on an open socket. Another user's closes it. */
  renew(authorization: string): Promise<void>
  /** The way to the client for the results of one operation: `next` messages go past the library, as text. */
  outlet(id: string): Omit<Outlet, 'end'>
  /** Sends a message of the protocol. */
  tell(message: string): void
  /** Resolves when the client takes bytes. */
  roomy(): Promise<void>
  readonly backlog: Backlog
  /** Asked once. @param init what the client said when he came in */
  callerOf(viewer: Viewer | null, init: Init): Caller
  /** Aborts when the socket has closed. */
  readonly left: AbortSignal
  /** They go on when the socket has room again. */
  readonly running: Set<RunningOperation>
  /** Set when the client was let in. */
  caller?: Caller
}

type Init = Record<string, unknown> | undefined

/**
 * What happens on a socket: who it is for, and its operations.
 * The library keeps the protocol. It would write each result with JSON.stringify, so it is only told when the results are
 * over; the results themselves go to the socket as the text that they are.
 */
export function wsOperations(operations: Operations, logger: Logger) {
  async function connect({ connectionParams, extra: client }: Context<Init, SocketClient>): Promise<boolean> {
    const authorization = connectionParams?.authorization
    try {
      const { viewer } = await client.identify(typeof authorization === 'string' ? authorization : undefined)
      client.caller = client.callerOf(viewer, connectionParams)
      return true
    } catch (error) {
      publicError(error, 'a socket could not be authenticated', logger)
      return false
    }
  }

  async function start(
    { extra: client, subscriptions }: Context<Init, SocketClient>,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { caller, backlog, left, roomy, running } = client
    if (!caller) return [fault('UNAUTHENTICATED')]
    if (Object.keys(subscriptions).length > OPERATIONS) return [fault('BAD_REQUEST', `A socket carries at most ${OPERATIONS} operations.`)]
    try {
      const asked = readParameters({ ...payload })
      const operation = await operations.start({ caller, backlog, left, roomy }, asked, client.outlet(id))
      // A fresh credential may have come meanwhile.
      operation.renew(client.caller ?? caller)
      return { schema: NO_SCHEMA, document: DOCUMENTS[operation.kind], contextValue: resultsElsewhere(operation, running) }
    } catch (error) {
      if (error instanceof InvalidOperation) return error.errors
      if (error instanceof HttpRefusal) return [fault(error.code, error.message)]
      throw error
    }
  }

  const results = ({ contextValue }: ExecutionArgs) => contextValue as AsyncGenerator<never, void, void>
  return makeServer<Init, SocketClient>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect: connect,
    onPing({ extra: client }, payload) {
      const authorization = payload?.authorization
      return typeof authorization === 'string' ? client.renew(authorization) : undefined
    },
    onSubscribe: start,
    execute: results,
    subscribe: results,
    onError: (_context, _id, _payload, errors) => errors.map((error) => scrub(error instanceof GraphQLError ? error.toJSON() : error)),
  })
}

// All that the library reads of a document is what kind of operation it holds.
const DOCUMENTS: Readonly<Record<OperationTypeNode, DocumentNode>> = {
  [OperationTypeNode.QUERY]: parse('{ a }'),
  [OperationTypeNode.MUTATION]: parse('mutation { a }'),
  [OperationTypeNode.SUBSCRIPTION]: parse('subscription { a }'),
}
const NO_SCHEMA = {} as GraphQLSchema

/** Results that are sent elsewhere: the library sees only their end. `return` ends them at once, also while `next` waits. */
function resultsElsewhere(operation: RunningOperation, running: Set<RunningOperation>): AsyncGenerator<never, void, void> {
  running.add(operation)
  const over = { done: true, value: undefined } as const
  const close = () => {
    running.delete(operation)
    operation.close()
  }
  const end = async () => {
    close()
    return over
  }
  const results: AsyncGenerator<never, void, void> = {
    async next() {
      await operation.run().finally(close)
      return over
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]: () => results,
    [Symbol.asyncDispose]: async () => void (await end()),
  }
  return results
}
