import { newId } from '@vibely/kit/ids'
import { withAggregate } from '@vibely/kit/outbox-mongo'
import { changeEntry } from '../library/change-entry.ts'
import { inLibrary, type LibraryPlace } from '../library/in-library.ts'
import type { LibraryEntry } from '../library/store.ts'
import type { Services } from '../services.ts'
import { cleanTexts, type Refusal, type ReviewTexts, refuseTexts } from './check-review.ts'
import { reviewPublished } from './events.ts'
import { firstResult, idempotencyKey, rememberResult } from './idempotency.ts'
import { findOwnReview, findReviewOf, type Review, saveReview } from './store.ts'

/** A review as its author hands it in. */
export interface Draft extends ReviewTexts, Pick<Review, 'workId' | 'score' | 'containsSpoilers' | 'visibility' | 'language'> {}

type PublishOutcome =
  /** After a retry the review may be gone already. */
  | { readonly ok: true; readonly review: Review | null; readonly entry: LibraryEntry | null }
  | Refusal<'TOO_SHORT' | 'TOO_LONG' | 'INVALID' | 'NOT_FOUND' | 'ALREADY_REVIEWED' | 'IDEMPOTENCY_MISMATCH'>

const KEY_LENGTH = { min: 8, max: 64 }

/**
 * Publishes a member's one review of a work and makes or rates the library entry it belongs to. With a key, a retry within
 * a day returns the first result. The lock of the library makes two at once one after the other.
 */
export async function publishReview(services: Services, userId: string, draft: Draft, key: string | null): Promise<PublishOutcome> {
  const clean = { ...draft, ...cleanTexts(draft) }
  const refusal = refuseTexts(clean) ?? refuseKey(key)
  if (refusal) return refusal
  const retryKey = key === null ? null : idempotencyKey(userId, 'publishReview', key, draft)

  const outcome = await inLibrary(services, { userId, workId: draft.workId }, async (place): Promise<PublishOutcome> => {
    const { tx, work } = place
    const first = retryKey && (await firstResult(tx, retryKey))
    if (first === 'MISMATCH') return { ok: false, code: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey' }
    if (first) return { ok: true, review: await findOwnReview(tx, userId, first), entry: place.entry }
    if (await findReviewOf(tx, { userId, workId: work._id })) return { ok: false, code: 'ALREADY_REVIEWED', field: 'workId' }

    const entry = await changeEntry(place, {
      ...(clean.score !== null && { score: clean.score }),
      ...(!place.entry && { visibility: clean.visibility }),
    })
    const review = await insertReview(services, place, entry, clean)
    if (retryKey) await rememberResult(tx, retryKey, review._id)
    return { ok: true, review, entry }
  })
  return outcome ?? { ok: false, code: 'NOT_FOUND', field: 'workId' }
}

const refuseKey = (key: string | null): Refusal<'INVALID'> | null =>
  key === null || (key.length >= KEY_LENGTH.min && key.length <= KEY_LENGTH.max)
    ? null
    : { ok: false, code: 'INVALID', field: 'idempotencyKey' }

async function insertReview({ keyRing }: Services, { tx, work }: LibraryPlace, entry: LibraryEntry, draft: Draft): Promise<Review> {
  const review: Review = {
    _id: newId('review'),
    userId: entry.userId,
    workId: work._id,
    genreIds: work.genreIds,
    title: draft.title,
    body: draft.body,
    // A score that its owner keeps to a smaller circle than the review is not told by the review.
    score: draft.score ?? (entry.visibility === 'PUBLIC' ? entry.score : null),
    containsSpoilers: draft.containsSpoilers,
    visibility: draft.visibility,
    language: draft.language,
    createdAt: new Date(),
    editedAt: null,
    version: 1,
  }
  await withAggregate(tx, 'review', review._id, async (append) => {
    await saveReview(tx, review)
    await append(await reviewPublished(keyRing, review))
  })
  return review
}
