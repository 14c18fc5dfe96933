import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import { findGenres, type GenreCopy } from './store.ts'

/** Genres by id; null for one that has not arrived. */
export const genreLoader = (source: Source): DataLoader<string, GenreCopy | null> =>
  new DataLoader(async (ids) => {
    const genres = new Map((await findGenres(source, ids)).map((genre) => [genre.id, genre]))
    return ids.map((id) => genres.get(id) ?? null)
  })
