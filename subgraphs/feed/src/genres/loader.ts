import { byId, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import { findGenres, type GenreCopy } from './store.ts'

/** Genres by id; null for one that has not arrived. */
export const genreLoader = (source: Source): RowLoader<GenreCopy> =>
  byId(
    (ids) => findGenres(source, ids),
    ({ id }) => id,
  )
