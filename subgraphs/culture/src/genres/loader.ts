import type { Source } from '@vibely/kit/mongo'
import DataLoader from 'dataloader'
import { findChildGenres, findGenresBelow, type Genre } from './store.ts'

/** Narrower genres, one level down. */
export const childGenreLoader = (source: Source): DataLoader<string, Genre[]> =>
  new DataLoader(async (parentIds) => {
    const children = Map.groupBy(await findChildGenres(source, parentIds), ({ parentId }) => parentId)
    return parentIds.map((id) => children.get(id) ?? [])
  })

/** Ids of a genre and of everything below it. */
export const genreFamilyLoader = (source: Source): DataLoader<string, string[]> =>
  new DataLoader(async (ids) => {
    const below = await findGenresBelow(source, ids)
    return ids.map((id) => [id, ...below.filter(({ ancestorIds }) => ancestorIds.includes(id)).map(({ _id }) => _id)])
  })
