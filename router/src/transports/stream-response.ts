import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { fault } from '@vibely/kit/errors'
import type { Caller } from '@vibely/kit/viewer'
import { GraphQLError } from 'graphql'
import { answerText } from '../execution/answer.ts'
import type { Identity } from '../identity/authenticator.ts'
import { emptyBacklog } from '../live/queue.ts'
import type { CredentialEnd, Credentials } from '../live/reauthorize.ts'
import type { LiveResult } from '../live/result.ts'
import type { Outlet } from '../live/stream.ts'
import { InvalidOperation } from '../operations/invalid-operation.ts'
import { LEFT } from './live-connections.ts'
import type { AskedOperation, Connection, Operations, RunningOperation } from './operations.ts'
import { openRoom } from './room.ts'

/** How results look on a response that stays open. */
export interface StreamFormat {
  readonly headers: OutgoingHttpHeaders
  readonly opening: string
  readonly heartbeat: string
  next(result: LiveResult, operationId: string): Buffer
  /** What ended an operation, or null when it is complete. */
  end(errors: readonly GraphQLError[] | null, operationId: string): string
}

/** A response that stays open and carries the results of operations. */
export interface StreamResponse {
  /** Ids of the operations that are under way. */
  readonly running: ReadonlyMap<string, RunningOperation | null>
  /** Aborts when it has closed, whoever closed it. */
  readonly left: AbortSignal
  /** Runs an operation to its end and says how that was; never rejects. Its id must be free. */
  run(operationId: string, caller: Caller, asked: AskedOperation): Promise<void>
  /** Ends one operation without a word: its client asked for that. */
  stop(operationId: string): void
  /** Takes a fresh credential of the same user: from then on the response lives as long as that. */
  renew(identity: Identity, caller: Caller): void
  beat(): void
  /** Ends the response; a client takes that for a lost connection and comes back. */
  close(): void
}

/** Begins the response. */
export function openStreamResponse(
  response: ServerResponse,
  options: {
    readonly format: StreamFormat
    readonly headers: OutgoingHttpHeaders
    readonly identity: Identity
    readonly credentials: Credentials
    readonly operations: Operations
  },
): StreamResponse {
  const { format, operations } = options
  const left = new AbortController()
  const running = new Map<string, RunningOperation | null>()
  const backlog = emptyBacklog()
  const room = openRoom()
  let renewed: Caller | null = null

  const isOpen = () => !response.destroyed && !response.writableEnded
  const write = (text: string) => {
    if (isOpen()) response.write(text)
  }
  const roomy = () => (response.writableNeedDrain && isOpen() ? room.wait() : Promise.resolve())
  const close = () => {
    if (isOpen()) response.end()
  }
  const credential = options.credentials.follow(options.identity, (why) => {
    const error = ENDS[why]()
    for (const [id, operation] of running) {
      running.delete(id)
      operation?.close()
      write(format.end([error], id))
    }
    close()
  })
  const outlet = (id: string): Omit<Outlet, 'end'> => ({
    send: (result) => !isOpen() || response.write(format.next(result, id)),
    batch(work) {
      response.cork()
      work()
      response.uncork()
    },
    buffered: () => response.writableLength,
    // What waits in the buffer is lost with it: the client has the cursor of what it has read.
    overflow: () => void response.destroy(),
    mayReceive: credential.isGood,
  })

  response.on('drain', () => {
    for (const operation of running.values()) operation?.resume()
    room.free()
  })
  response.once('close', () => {
    left.abort(LEFT)
    for (const operation of running.values()) operation?.close()
    running.clear()
    credential[Symbol.dispose]()
    room.free()
  })
  // Proxies must not wait for more. The connection has no other use: kept alive it would only hold up a drain.
  response.writeHead(200, { ...options.headers, ...format.headers, 'x-accel-buffering': 'no', connection: 'close' })
  response.write(format.opening)

  return {
    running,
    left: left.signal,
    async run(id, caller, asked) {
      const connection: Connection = { caller, backlog, left: left.signal, roomy }
      running.set(id, null)
      let ended: readonly GraphQLError[] | null = null
      try {
        const operation = await operations.start(connection, asked, outlet(id))
        if (!running.has(id)) return operation.close()
        running.set(id, operation)
        if (renewed) operation.renew(renewed)
        await operation.run()
      } catch (error) {
        ended = error instanceof InvalidOperation ? error.errors : error instanceof GraphQLError ? [error] : [fault('INTERNAL')]
      }
      if (running.delete(id)) write(format.end(ended, id))
    },
    stop(id) {
      const operation = running.get(id)
      running.delete(id)
      operation?.close()
    },
    renew(identity, fresh) {
      if (!credential.renew(identity)) return
      renewed = fresh
      for (const operation of running.values()) operation?.renew(fresh)
    },
    beat() {
      if (!response.writableNeedDrain) write(format.heartbeat)
    },
    close,
  }
}

const ENDS: Readonly<Record<CredentialEnd, () => GraphQLError>> = {
  expired: () => fault('TOKEN_EXPIRED'),
  revoked: () => fault('UNAUTHENTICATED', 'The session or API key has ended.'),
  unproved: () => fault('SUBGRAPH_UNAVAILABLE'),
}

/** An answer without data, as text. */
export const errorsText = (errors: readonly GraphQLError[]): string => answerText({ data: undefined, errors })
