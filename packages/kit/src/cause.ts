import { uuidv7 } from './ids.ts'
import { presentWork } from './present-work.ts'

/** Who and what is behind the present work. Travels with each event that the work writes. */
export interface Cause {
  /** Id of the user or service that acts. */
  readonly actor: string
  /** First cause of the chain: request or event id. */
  readonly correlationId: string
  /** Direct cause: request or event id. */
  readonly causationId: string
}

/** The present cause; a fresh one of the system itself when nobody asked. */
export function currentCause(): Cause {
  const known = presentWork.getStore()?.cause
  if (known) return known
  const id = uuidv7()
  return { actor: 'system', correlationId: id, causationId: id }
}

/** Runs work under a cause. */
export const withCause = <T>(cause: Cause, work: () => T): T =>
  presentWork.run({ cause, written: presentWork.getStore()?.written ?? null }, work)

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
