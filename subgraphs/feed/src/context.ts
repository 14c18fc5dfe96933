import type { Database } from '@vibely/kit/mongo'
import type { Cursors } from '@vibely/kit/pages'
import type { Viewer } from '@vibely/kit/viewer'
import type { Loaders } from './loaders.ts'
import type { PresenceStore } from './presence/store.ts'

/** What a resolver gets: who asks, and what this subgraph has. */
export interface Context {
  readonly viewer: Viewer | null
  readonly database: Database
  readonly presence: PresenceStore
  readonly loaders: Loaders
  readonly cursors: Cursors
}
