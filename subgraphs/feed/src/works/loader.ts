import { byId, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import { findWorks, type WorkCopy } from './store.ts'

/** Works by id; null for one that has not arrived. */
export const workLoader = (source: Source): RowLoader<WorkCopy> =>
  byId(
    (ids) => findWorks(source, ids),
    ({ id }) => id,
  )
