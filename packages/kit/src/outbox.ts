import type { DomainEvent } from './event.ts'

/** Appends an event of the aggregate; gives the version that it makes. */
export type Append = (event: DomainEvent) => Promise<number>

/** One event of an outbox, ready to be published. */
export interface OutboxRecord {
  readonly eventId: string
  readonly aggregateType: string
  readonly aggregateId: string
  /** Version of the aggregate that this event made: the guard of every projection. */
  readonly version: number
  readonly type: string
  readonly payload: Uint8Array
  /** Cause and trace context of the write. */
  readonly headers: Readonly<Record<string, string>>
  readonly createdAt: Date
}

/** What waits in an outbox. */
export interface Pending {
  readonly count: number
  readonly oldestAgeSeconds: number
}

/** A store's outbox as the relay sees it. */
export interface OutboxSource {
  /** The service that writes it: for locks, logs and metrics. */
  readonly service: string
  /**
   * Hands the next unpublished records to `publish` and marks them once it resolves. At most one relay of a service does so at
   * a time; the others get 'standby'. A failure leaves the records unmarked: they are published again.
   */
  publishNext(limit: number, publish: (records: readonly OutboxRecord[]) => Promise<void>): Promise<number | 'standby'>
  pending(): Promise<Pending>
  /** Deletes a small batch of records that were published more than a day ago; how many. */
  purge(): Promise<number>
  /** Calls back soon after a write. Only saves the wait for the next poll; may miss any number of writes. */
  watch?(onWrite: () => void): AsyncDisposable
  /** Lets another relay take over at once. */
  release?(): Promise<void>
}
