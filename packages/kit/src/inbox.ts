/** What a failure means to a consumer. */
export type FailureKind = 'permanent' | 'transient' | 'infrastructure'

/** A store's memory of the events that each consumer has applied. */
export interface Inbox<Tx> {
  /** Applies the effect and remembers the event in one transaction; an event that was applied before has no effect. */
  once(consumer: string, eventId: string, effect: (tx: Tx) => Promise<void>): Promise<'applied' | 'repeated'>
  /** What an error of this store means; undefined when it is not one of its errors. */
  classify(error: unknown): FailureKind | undefined
  /** Resolves when the store answers, throws while it does not. */
  probe(): Promise<void>
  /** Forgets events that no topic holds any more; how many. */
  purge(): Promise<number>
}

/** Topics keep a week; the inbox a day more. */
export const INBOX_DAYS = 8

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** True for a code by which Node says that the other side of a socket is not to be had. */
export const isUnreachable = (code: unknown): boolean => typeof code === 'string' && UNREACHABLE.has(code)
