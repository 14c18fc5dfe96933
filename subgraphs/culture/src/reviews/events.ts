import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { event } from '@vibely/kit/event'
import { type KeyRing, seal } from '@vibely/kit/sealing'
import { ReviewDeletedSchema, ReviewEditedSchema, ReviewPublishedSchema, Visibility } from '@vibely/schema/events/culture/v1/review'
import type { Review } from './store.ts'
import { excerptOf } from './text.ts'

/** A review as others may know it. Its excerpt is sealed with the author's key, and missing when the review spoils. */
async function reviewState(keyRing: KeyRing, review: Review) {
  const excerpt = review.containsSpoilers ? undefined : await seal(keyRing, review.userId, new TextEncoder().encode(excerptOf(review.body)))
  return {
    reviewId: review._id,
    authorId: review.userId,
    workId: review.workId,
    genreIds: [...review.genreIds],
    ...(review.score !== null && { score: review.score }),
    spoiler: review.containsSpoilers,
    visibility: Visibility[review.visibility],
    language: review.language ?? '',
    ...(excerpt && { excerpt }),
    publishedAt: timestampFromDate(review.createdAt),
  }
}

export const reviewPublished = async (keyRing: KeyRing, review: Review) =>
  event(ReviewPublishedSchema, { review: await reviewState(keyRing, review) })

export const reviewEdited = async (keyRing: KeyRing, review: Review) =>
  event(ReviewEditedSchema, { review: await reviewState(keyRing, review) })

export const reviewDeleted = ({ _id, userId, workId }: Review) => event(ReviewDeletedSchema, { reviewId: _id, authorId: userId, workId })
