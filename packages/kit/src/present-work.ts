import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cause } from './cause.ts'
import type { DomainEvent } from './event.ts'

/** What work knows of itself, wherever it goes. */
export interface PresentWork {
  readonly cause: Cause
  /** The events that it has appended; null when nobody gathers them. */
  readonly written: DomainEvent[] | null
}

/** One store for all of it: each that is entered is a copy of the async context. */
export const presentWork = new AsyncLocalStorage<PresentWork>()
