import type { OriginCheck } from '../http/origins.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { ClientAddress } from '../identity/client-address.ts'
import type { ClientHeaders } from '../identity/client-headers.ts'
import type { Credentials } from '../live/reauthorize.ts'
import type { Admission } from './admission.ts'
import type { Operations } from './operations.ts'

/** What every transport with connections that stay open needs. */
export interface LiveConnectionOptions {
  readonly operations: Operations
  readonly authenticator: Authenticator
  readonly credentials: Credentials
  readonly admission: Admission
  readonly isAllowed: OriginCheck
  readonly addressOf: ClientAddress
  readonly headersOf: ClientHeaders
}

/** Why a connection's signal aborts. Without a reason of its own it would build an error with a stack, which costs more than all the rest of leaving. */
export const LEFT = 'the client has left'

const DRAIN_MS = 5_000
const DRAIN_MS_EACH = 2

/** Ends all connections, each at a random moment, so that their clients do not come back all at once: 2 ms for each, 5 s at most. */
export async function endApart<One>(connections: Iterable<One>, end: (connection: One) => void | Promise<void>): Promise<void> {
  const all = [...connections]
  const within = Math.min(DRAIN_MS, all.length * DRAIN_MS_EACH)
  await Promise.all(
    all.map(async (connection) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * within))
      await end(connection)
    }),
  )
}
