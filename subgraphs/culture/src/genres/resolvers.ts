import { mustLoad } from '@vibely/kit/loading'
import type { GenreResolvers, QueryResolvers } from '../generated/graphql.ts'
import { pageOf } from '../paging.ts'
import { WORK_ORDERS } from '../works/store.ts'
import { findAllGenres, findGenreBySlug } from './store.ts'

export const Query: QueryResolvers = {
  genre: (_, { slug }, { database }) => findGenreBySlug(database, slug),
  genres: (_, { mediaType }, { database }) => findAllGenres(database, mediaType ?? null),
}

export const Genre: GenreResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.genre.load(id),
  id: ({ _id }) => _id,
  parent: ({ parentId }, _, { loaders }) => (parentId === null ? null : mustLoad(loaders.genre, parentId)),
  children: ({ _id }, _, { loaders }) => loaders.childGenres.load(_id),
  works: async ({ _id }, { sort, ...page }, { cursors, loaders }) => {
    const by = sort ?? 'POPULARITY'
    const list = { parent: _id, values: await loaders.genreFamily.load(_id), filter: {} }
    return pageOf(
      cursors,
      {
        name: `works of ${_id} by ${by}`,
        order: WORK_ORDERS[by],
        read: (window) => loaders.worksOfGenre.read(list, window),
        count: () => loaders.worksOfGenre.count(list),
      },
      page,
    )
  },
}
