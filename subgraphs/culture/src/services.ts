import type { Database } from '@vibely/kit/mongo'
import type { KeyRing } from '@vibely/kit/sealing'
import type { Queue } from './queue.ts'

/** What the use cases work with. */
export interface Services {
  readonly database: Database
  /** Seals what leaves in events. */
  readonly keyRing: KeyRing
  /** Mean score of all works, at most a minute old. */
  readonly meanScore: () => Promise<number>
  /** Members who rate one work take turns. */
  readonly queue: Queue
}
