import { findByIds, type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { ReviewFilter } from '../generated/graphql.ts'
import type { EntryKey } from '../library/store.ts'
import { type ChildLoader, childLoader, type Order, type Page } from '../paging.ts'
import type { Piece } from '../visibility.ts'

/** What a member wrote about a work; `userId` is the author. */
export interface Review extends Piece {
  readonly _id: string
  readonly workId: string
  /** Genres of the work when it was written. */
  readonly genreIds: readonly string[]
  readonly title: string | null
  readonly body: string
  readonly score: number | null
  readonly containsSpoilers: boolean
  readonly language: string | null
  readonly createdAt: Date
  readonly editedAt: Date | null
  /** Grows with every edit by the author. */
  readonly version: number
}

export type ReviewPage = Page<Review>

const reviews = ({ db }: Source) => db.collection<Review>('reviews')

/** Newest first: ids sort by time. */
export const REVIEW_ORDER: Order = { _id: -1 }

export const findReviews = (source: Source, ids: readonly string[]): Promise<Review[]> => findByIds<Review>(source, 'reviews', ids)

/** A member's own review by its id. */
export const findOwnReview = (source: Source, userId: string, id: string): Promise<Review | null> =>
  reviews(source).findOne({ _id: id, userId }, within(source))

/** A member's review of a work. */
export const findReviewOf = (source: Source, { userId, workId }: EntryKey): Promise<Review | null> =>
  reviews(source).findOne({ userId, workId }, within(source))

export const findReviewsByKeys = (source: Source, keys: readonly EntryKey[]): Promise<Review[]> =>
  reviews(source)
    .find({ $or: keys.map(({ userId, workId }) => ({ userId, workId })) }, within(source))
    .toArray()

/** Inserts or replaces a review. The caller holds its lock. */
export async function saveReview(tx: MongoTx, review: Review): Promise<void> {
  await reviews(tx).replaceOne({ _id: review._id }, review, { upsert: true, session: tx.session })
}

export async function removeReview(tx: MongoTx, id: string): Promise<void> {
  await reviews(tx).deleteOne({ _id: id }, { session: tx.session })
}

/** The filter as MongoDB reads it. */
export const reviewCondition = ({ authorIds, scoreFrom, scoreTo, spoilerFree }: ReviewFilter) => ({
  ...(authorIds && { userId: { $in: authorIds } }),
  ...((scoreFrom || scoreTo) && { score: { ...(scoreFrom && { $gte: scoreFrom }), ...(scoreTo && { $gt: 0, $lte: scoreTo }) } }),
  ...(spoilerFree && { containsSpoilers: false }),
})

/** Reviews of works, page by page. */
export const reviewsOfWorks = (source: Source): ChildLoader<Review> => childLoader(source, { collection: 'reviews', field: 'workId' })

/** Reviews by members, page by page. */
export const reviewsByMembers = (source: Source): ChildLoader<Review> => childLoader(source, { collection: 'reviews', field: 'userId' })
