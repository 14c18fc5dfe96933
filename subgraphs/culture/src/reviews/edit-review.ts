import { withAggregate } from '@vibely/kit/outbox-mongo'
import { changeEntry } from '../library/change-entry.ts'
import { inLibrary } from '../library/in-library.ts'
import type { Services } from '../services.ts'
import { cleanTexts, type Refusal, refuseTexts } from './check-review.ts'
import { reviewEdited } from './events.ts'
import { findOwnReview, type Review, saveReview } from './store.ts'

/** Fields to change; absent ones stay. */
export type ReviewFields = Partial<Pick<Review, 'title' | 'body' | 'score' | 'containsSpoilers' | 'visibility'>>

export interface ReviewEdit {
  readonly reviewId: string
  readonly expectedVersion: number
  readonly fields: ReviewFields
}

type EditOutcome =
  | { readonly ok: true; readonly review: Review }
  | Refusal<'TOO_SHORT' | 'TOO_LONG' | 'NOT_FOUND'>
  | (Refusal<'STALE_VERSION'> & { readonly currentVersion: number })

const NOT_FOUND: EditOutcome = { ok: false, code: 'NOT_FOUND', field: 'reviewId' }

/** Changes the member's own review; a score goes to the library too. The expected version makes a repeat harmless: it is stale. */
export async function editReview(services: Services, userId: string, edit: ReviewEdit): Promise<EditOutcome> {
  const { reviewId, expectedVersion, fields } = edit
  const known = await findOwnReview(services.database, userId, reviewId)
  if (!known) return NOT_FOUND
  const outcome = await inLibrary(services, known, (place) =>
    withAggregate(place.tx, 'review', reviewId, async (append): Promise<EditOutcome> => {
      const before = await findOwnReview(place.tx, userId, reviewId)
      if (!before) return NOT_FOUND
      if (before.version !== expectedVersion) {
        return { ok: false, code: 'STALE_VERSION', field: 'expectedVersion', currentVersion: before.version }
      }
      const merged = { ...before, ...fields }
      const review: Review = { ...merged, ...cleanTexts(merged), version: before.version + 1, editedAt: new Date() }
      const refusal = refuseTexts(review)
      if (refusal) return refusal
      if (review.score !== before.score) await changeEntry(place, { score: review.score })
      await saveReview(place.tx, review)
      await append(await reviewEdited(services.keyRing, review))
      return { ok: true, review }
    }),
  )
  return outcome ?? NOT_FOUND
}
