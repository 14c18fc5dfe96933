import { AsyncLocalStorage } from 'node:async_hooks'
import type { DomainEvent } from './event.ts'

const storage = new AsyncLocalStorage<DomainEvent[]>()

/** Notes an event for whoever gathers those of the present work. */
export function noteWritten(event: DomainEvent): void {
  storage.getStore()?.push(event)
}

/** Runs work; with its result come the events that it appended, those of transactions that were rolled back or run again too. */
export async function gatherWritten<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly result: T; readonly written: readonly DomainEvent[] }> {
  const written: DomainEvent[] = []
  return { result: await storage.run(written, work), written }
}
