import { AsyncLocalStorage } from 'node:async_hooks'
import { uuidv7 } from './ids.ts'

/** Who and what is behind the present work. Travels with each event that the work writes. */
export interface Cause {
  /** Id of the user or service that acts. */
  readonly actor: string
  /** First cause of the chain: request or event id. */
  readonly correlationId: string
  /** Direct cause: request or event id. */
  readonly causationId: string
}

const storage = new AsyncLocalStorage<Cause>()

/** The present cause; a fresh one of the system itself when nobody asked. */
export function currentCause(): Cause {
  const known = storage.getStore()
  if (known) return known
  const id = uuidv7()
  return { actor: 'system', correlationId: id, causationId: id }
}

/** Runs work under a cause. */
export const withCause = <T>(cause: Cause, work: () => T): T => storage.run(cause, work)

/** The cause that a request of this actor is. Its id is made when it is asked for: most requests only read. */
export function requestCause(actor: string | undefined): Cause {
  return new RequestCause(actor ?? 'anonymous')
}

class RequestCause implements Cause {
  readonly actor: string
  #id: string | undefined
  constructor(actor: string) {
    this.actor = actor
  }
  get correlationId(): string {
    this.#id ??= uuidv7()
    return this.#id
  }
  get causationId(): string {
    return this.correlationId
  }
}
