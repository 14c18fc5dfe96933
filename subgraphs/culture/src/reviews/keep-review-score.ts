import { type MongoTx, withAggregate } from '@vibely/kit/outbox-mongo'
import type { LibraryEntry } from '../library/store.ts'
import type { Services } from '../services.ts'
import { reviewEdited } from './events.ts'
import { findReviewOf, saveReview } from './store.ts'

/**
 * A review that shows its author's score follows the library, inside the transaction that changed the entry. One without a
 * score keeps none: its author may not want to tell. No edit by the author, so the review's version stays. Idempotent.
 */
export async function keepReviewScore({ keyRing }: Services, tx: MongoTx, entry: LibraryEntry): Promise<void> {
  const review = await findReviewOf(tx, entry)
  if (!review || review.score === null || review.score === entry.score) return
  const changed = { ...review, score: entry.score }
  await withAggregate(tx, 'review', review._id, async (append) => {
    await saveReview(tx, changed)
    await append(await reviewEdited(keyRing, changed))
  })
}
