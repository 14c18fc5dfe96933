import { fault } from '@vibely/kit/errors'
import { requireScope } from '@vibely/kit/viewer'
import type { GenreResolvers, MutationResolvers, UserResolvers } from '../generated/graphql.ts'
import { inputError } from '../user-errors.ts'
import { followGenre } from './follow-genre.ts'
import { unfollowGenre } from './unfollow-genre.ts'

const MAX_INTERESTS = 100

export const Mutation: MutationResolvers = {
  followGenre: async (_, { input: { genreId, weight } }, { viewer, db }) => {
    const outcome = await followGenre(db, requireScope(viewer, 'social:write').id, genreId, weight ?? 1)
    if (!outcome.ok) return { userErrors: [inputError(outcome.code, 'input', outcome.field)] }
    return { genre: { id: genreId }, userErrors: [] }
  },
  unfollowGenre: async (_, { input: { genreId } }, { viewer, db }) => {
    const outcome = await unfollowGenre(db, requireScope(viewer, 'social:write').id, genreId)
    if (!outcome.ok) return { userErrors: [inputError(outcome.code, 'input', 'genreId')] }
    return { genre: { id: genreId }, userErrors: [] }
  },
}

export const User: UserResolvers = {
  interests: async ({ id }, { first }, { loaders }) => {
    const limit = first ?? 20
    if (limit < 1 || limit > MAX_INTERESTS) throw fault('BAD_USER_INPUT', `\`first\` must be from 1 to ${MAX_INTERESTS}.`)
    const interests = await loaders.interests.load({ userId: id, limit })
    return interests.map(({ genreId, weight, since }) => ({ genre: { id: genreId }, weight, source: 'CHOSEN', since }))
  },
}

export const Genre: GenreResolvers = {
  followerCount: ({ id }, _, { loaders }) => loaders.genreFollowerCount.load(id),
  viewerFollows: ({ id }, _, { viewer, loaders }) => {
    requireScope(viewer, 'social:read')
    return loaders.followedGenre.load(id)
  },
}
