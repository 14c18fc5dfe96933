import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import { findGenreIds } from './store.ts'

export type GenreLoader = DataLoader<string, boolean>

/** Whether an id is a genre's. */
export const genreLoader = (db: Db): GenreLoader =>
  new DataLoader(async (ids) => {
    const known = new Set(await findGenreIds(db, ids))
    return ids.map((id) => known.has(id))
  })
