import type { Inbox } from '../../src/inbox.ts'
import type { OutboxSource } from '../../src/outbox.ts'

/** What a test writes: the new value of a counter, or null to delete it. */
export type Change = number | null

export interface Copied {
  readonly version: number
  readonly value: Change
}

/**
 * One store with everything the backbone needs, and a little state to see its effects in. Both adapters have one: every test of
 * the backbone runs over both.
 */
export interface Store<Tx> extends AsyncDisposable {
  readonly outbox: OutboxSource
  readonly inbox: Inbox<Tx>
  /** Changes a counter and appends the event, in one transaction; the version. */
  write(id: string, change: Change): Promise<number>
  /** The same, failing behind the append: nothing may remain. */
  writeAndFail(id: string, change: Change): Promise<void>
  /** A consumer's effect: the versioned copy, and one more in the count. */
  apply(tx: Tx, consumer: string, id: string, version: number, change: Change): Promise<void>
  counters(): Promise<Map<string, number>>
  copies(consumer: string): Promise<Map<string, Copied>>
  /** How often events of each counter had an effect. */
  effects(consumer: string): Promise<Map<string, number>>
}

export type StoreKind = 'postgres' | 'mongo'
export const storeKinds: readonly StoreKind[] = ['postgres', 'mongo']

/** Where a store is; a child process opens it by the same words. */
export interface StoreAddress {
  readonly kind: StoreKind
  readonly url: string
  readonly namespace: string
}
