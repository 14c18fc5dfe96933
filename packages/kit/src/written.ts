import type { Cause } from './cause.ts'
import type { DomainEvent } from './event.ts'
import { presentWork } from './present-work.ts'

/** Notes an event for whoever gathers those of the present work. */
export function noteWritten(event: DomainEvent): void {
  presentWork.getStore()?.written?.push(event)
}

/**
 * Runs work under a cause. With its result come the events that it appended, those of transactions that were rolled back or run again
 * too: all of them when the result is there, if that is a promise.
 */
export function gatherWritten<T>(cause: Cause, work: () => T): { readonly result: T; readonly written: readonly DomainEvent[] } {
  const written: DomainEvent[] = []
  return { result: presentWork.run({ cause, written }, work), written }
}
