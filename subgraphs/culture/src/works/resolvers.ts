import { fault } from '@vibely/kit/errors'
import { mustLoad } from '@vibely/kit/loading'
import { requireScope } from '@vibely/kit/viewer'
import type { BookResolvers, FilmResolvers, QueryResolvers, WorkConnectionResolvers, WorkResolvers } from '../generated/graphql.ts'
import { Counted } from '../paging.ts'
import { listReviews } from '../reviews/list-reviews.ts'
import { listCredits } from './list-credits.ts'
import { listWorks } from './list-works.ts'
import { presentRatings } from './present-ratings.ts'
import { findWorkBySlug } from './store.ts'

export const Query: QueryResolvers = {
  work: async (_, { by: { id, slug } }, { database, loaders }) => {
    if (id != null && slug == null) return loaders.work.load(id)
    if (slug != null && id == null) return findWorkBySlug(database, slug)
    throw fault('BAD_USER_INPUT', '`by` takes exactly one of id and slug.')
  },
  works: (_, { filter, sort, ...page }, { database, cursors }) => listWorks(database, cursors, filter ?? {}, sort ?? 'POPULARITY', page),
}

export const Work: WorkResolvers = {
  __resolveType: ({ mediaType }) => (mediaType === 'BOOK' ? 'Book' : 'Film'),
  __resolveReference: ({ id }, { loaders }) => loaders.work.load(id),
}

/** What every medium has. */
const common = {
  __resolveReference: ({ id }, { loaders }) => loaders.work.load(id),
  id: ({ _id }) => _id,
  genres: ({ genreIds }, _, { loaders }) => Promise.all(genreIds.map((id) => mustLoad(loaders.genre, id))),
  credits: (work, { roles, ...page }, { cursors }) => listCredits(cursors, work, roles ?? null, page),
  ratingSummary: ({ ratings }) => presentRatings(ratings),
  viewerEntry: ({ _id }, _, { viewer, loaders }) => loaders.entryOf.load({ userId: requireScope(viewer, 'library:read').id, workId: _id }),
  reviews: ({ _id }, { filter, ...page }, context) => listReviews(context, context.loaders.reviewsOfWork, _id, filter ?? {}, page),
} satisfies BookResolvers & FilmResolvers

export const Book: BookResolvers = common
export const Film: FilmResolvers = common
export const WorkConnection: WorkConnectionResolvers = Counted
