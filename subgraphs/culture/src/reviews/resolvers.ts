import { fault } from '@vibely/kit/errors'
import { mustLoad } from '@vibely/kit/loading'
import { requireFact, requireScope, type Viewer } from '@vibely/kit/viewer'
import type { MutationResolvers, QueryResolvers, ReviewConnectionResolvers, ReviewResolvers, UserResolvers } from '../generated/graphql.ts'
import { given } from '../given.ts'
import { Counted } from '../paging.ts'
import { conflictError, inputError } from '../user-errors.ts'
import { deleteReview } from './delete-review.ts'
import { editReview } from './edit-review.ts'
import { listReviews } from './list-reviews.ts'
import { publishReview } from './publish-review.ts'
import type { Review as ReviewRow } from './store.ts'
import { excerptOf } from './text.ts'

export const Query: QueryResolvers = {
  review: async (_, { id }, { sight, loaders }) => sight.see(await loaders.review.load(id)),
}

export const Mutation: MutationResolvers = {
  publishReview: async (_, { input }, { viewer, services }) => {
    const { id: userId } = requireScope(viewer, 'library:write')
    requireFact(viewer, 'verified_email')
    requireFact(viewer, 'not_sanctioned')
    const { idempotencyKey = null, title = null, score = null, language = null, ...rest } = input
    const outcome = await publishReview(services, userId, { ...rest, title, score, language }, idempotencyKey)
    if (outcome.ok) return { review: outcome.review, entry: outcome.entry, userErrors: [] }
    const { code, field } = outcome
    const error = code === 'ALREADY_REVIEWED' ? conflictError(code, null, 'input', field) : inputError(code, 'input', field)
    return { review: null, entry: null, userErrors: [error] }
  },
  editReview: async (_, { input: { reviewId, expectedVersion, title, score, ...needed } }, { viewer, services }) => {
    const { id: userId } = requireScope(viewer, 'library:write')
    const fields = given(needed)
    const cleared = Object.entries(fields).find(([, value]) => value === null)
    if (cleared) return { review: null, userErrors: [inputError('REQUIRED', 'input', cleared[0])] }
    const edit = { reviewId, expectedVersion, fields: { ...given({ title, score }), ...fields } as Partial<ReviewRow> }
    const outcome = await editReview(services, userId, edit)
    if (outcome.ok) return { review: outcome.review, userErrors: [] }
    const { code, field } = outcome
    const error = code === 'STALE_VERSION' ? conflictError(code, outcome.currentVersion, 'input', field) : inputError(code, 'input', field)
    return { review: null, userErrors: [error] }
  },
  deleteReview: async (_, { input: { reviewId } }, { viewer, services }) => {
    const { id: userId } = requireScope(viewer, 'library:write')
    const outcome = await deleteReview(services, userId, reviewId)
    return outcome.ok
      ? { deletedId: reviewId, userErrors: [] }
      : { deletedId: null, userErrors: [inputError(outcome.code, 'input', outcome.field)] }
  },
}

/** Until members can choose, what its author marked is hidden from others until they ask for it. */
const hidesSpoilers = (review: ReviewRow, viewer: Viewer | null): boolean => review.containsSpoilers && review.userId !== viewer?.id

export const Review: ReviewResolvers = {
  __resolveReference: async ({ id }, { sight, loaders }) => sight.see(await loaders.review.load(id)),
  id: ({ _id }) => _id,
  work: ({ workId }, _, { loaders }) => mustLoad(loaders.work, workId),
  author: ({ userId }) => ({ id: userId }),
  body: (review, { revealSpoilers }, { viewer }) => (hidesSpoilers(review, viewer) && !revealSpoilers ? null : review.body),
  excerpt: (review, { length }, { viewer }) => {
    const characters = length ?? 280
    if (characters < 40 || characters > 500) throw fault('BAD_USER_INPUT', '`length` must be from 40 to 500.')
    return hidesSpoilers(review, viewer) ? null : excerptOf(review.body, characters)
  },
  hiddenAsSpoiler: (review, _, { viewer }) => hidesSpoilers(review, viewer),
}

export const ReviewConnection: ReviewConnectionResolvers = Counted

export const User: UserResolvers = {
  reviews: ({ id }, { filter, ...page }, context) => listReviews(context, context.loaders.reviewsByMember, id, filter ?? {}, page),
}
