import { inTransaction, withAggregate } from '@vibely/kit/outbox-mongo'
import { changeEntry } from '../library/change-entry.ts'
import type { Services } from '../services.ts'
import { findWork } from '../works/store.ts'
import { cleanTexts, type Refusal, refuseTexts } from './check-review.ts'
import { reviewEdited } from './events.ts'
import { findOwnReview, type Review, saveReview } from './store.ts'

/** Fields to change; absent ones stay. */
export type ReviewFields = Partial<Pick<Review, 'title' | 'body' | 'score' | 'containsSpoilers' | 'visibility'>>

type EditOutcome =
  | { readonly ok: true; readonly review: Review }
  | Refusal<'TOO_SHORT' | 'TOO_LONG' | 'NOT_FOUND'>
  | (Refusal<'STALE_VERSION'> & { readonly currentVersion: number })

/**
 * Changes the member's own review. The expected version makes a repeat harmless: it is stale.
 * A score goes to the library too, whose lock comes first, as everywhere.
 */
export async function editReview(
  { database, keyRing, meanScore }: Services,
  userId: string,
  { reviewId, expectedVersion, fields }: { readonly reviewId: string; readonly expectedVersion: number; readonly fields: ReviewFields },
): Promise<EditOutcome> {
  const mean = await meanScore()
  return inTransaction(database.client, database.db, (tx) =>
    withAggregate(tx, 'library', userId, (appendToLibrary) =>
      withAggregate(tx, 'review', reviewId, async (append): Promise<EditOutcome> => {
        const before = await findOwnReview(tx, userId, reviewId)
        if (!before) return { ok: false, code: 'NOT_FOUND', field: 'reviewId' }
        if (before.version !== expectedVersion) {
          return { ok: false, code: 'STALE_VERSION', field: 'expectedVersion', currentVersion: before.version }
        }
        const merged = { ...before, ...fields }
        const review: Review = { ...merged, ...cleanTexts(merged), version: before.version + 1, editedAt: new Date() }
        const refusal = refuseTexts(review)
        if (refusal) return refusal
        if (review.score !== before.score) {
          const work = await findWork(tx, review.workId)
          if (work) await changeEntry(tx, appendToLibrary, { userId, work, fields: { score: review.score }, mean })
        }
        await saveReview(tx, review)
        await append(await reviewEdited(keyRing, review))
        return { ok: true, review }
      }),
    ),
  )
}
