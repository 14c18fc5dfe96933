import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import { findWorks, type WorkCopy } from './store.ts'

/** Works by id; null for one that has not arrived. */
export const workLoader = (source: Source): DataLoader<string, WorkCopy | null> =>
  new DataLoader(async (ids) => {
    const works = new Map((await findWorks(source, ids)).map((work) => [work.id, work]))
    return ids.map((id) => works.get(id) ?? null)
  })
