import type { Cursors } from '@vibely/kit/pages'
import type { Viewer } from '@vibely/kit/viewer'
import type { Db } from './db.ts'
import type { Loaders } from './loaders.ts'

/** What a resolver gets: who asks, and what this subgraph has. */
export interface Context {
  readonly viewer: Viewer | null
  readonly db: Db
  readonly loaders: Loaders
  readonly cursors: Cursors
}
