import type { Database } from '@vibely/kit/mongo'
import type { Cursors } from '@vibely/kit/pages'
import type { Viewer } from '@vibely/kit/viewer'
import type { Loaders } from './loaders.ts'
import type { Services } from './services.ts'
import type { Sight } from './visibility.ts'

/** What a resolver gets: who asks, and what this subgraph has. */
export interface Context {
  readonly viewer: Viewer | null
  readonly database: Database
  readonly services: Services
  readonly loaders: Loaders
  readonly cursors: Cursors
  /** What the viewer may see. */
  readonly sight: Sight
}
