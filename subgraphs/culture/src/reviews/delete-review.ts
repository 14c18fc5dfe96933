import { inTransaction, withAggregate } from '@vibely/kit/outbox-mongo'
import type { Services } from '../services.ts'
import type { Refusal } from './check-review.ts'
import { reviewDeleted } from './events.ts'
import { findOwnReview, removeReview } from './store.ts'

type DeleteOutcome = { readonly ok: true } | Refusal<'NOT_FOUND'>

/** Deletes the member's own review; the score stays in the library. A repeat finds nothing and writes nothing. */
export function deleteReview({ database }: Services, userId: string, reviewId: string): Promise<DeleteOutcome> {
  return inTransaction(database.client, database.db, async (tx): Promise<DeleteOutcome> => {
    const review = await findOwnReview(tx, userId, reviewId)
    if (!review) return { ok: false, code: 'NOT_FOUND', field: 'reviewId' }
    return withAggregate(tx, 'review', reviewId, async (append): Promise<DeleteOutcome> => {
      await removeReview(tx, reviewId)
      await append(reviewDeleted(review))
      return { ok: true }
    })
  })
}
