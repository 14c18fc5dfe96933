import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { newUserKey, unseal } from '@vibely/kit/sealing'
import { LibraryEntryChangedSchema } from '@vibely/schema/events/culture/v1/library'
import {
  ReviewDeletedSchema,
  ReviewEditedSchema,
  ReviewPublishedSchema,
  type ReviewState,
  Visibility,
} from '@vibely/schema/events/culture/v1/review'
import { addFilm, eventsOf, freshCulture } from '../../tests/fresh-culture.ts'
import { rateWork } from '../library/rate-work.ts'
import { findWork } from '../works/store.ts'
import { deleteReview } from './delete-review.ts'
import { editReview, type ReviewFields } from './edit-review.ts'
import { type Draft, publishReview } from './publish-review.ts'

const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { services, database } = culture
const BODY = 'A heist film in which two tired men respect each other.'

const draftOf = (workId: string, fields: Partial<Draft> = {}): Draft => ({
  workId,
  title: null,
  body: BODY,
  score: null,
  containsSpoilers: false,
  visibility: 'PUBLIC',
  language: 'en',
  ...fields,
})

/** A member whose key is in the ring, and a film. */
async function setUp() {
  const userId = newId('user')
  await services.keyRing.put(userId, newUserKey())
  const work = await addFilm(culture)
  const publish = (fields: Partial<Draft> = {}, key: string | null = null) =>
    publishReview(services, userId, draftOf(work._id, fields), key)
  const published = async (fields: Partial<Draft> = {}) => {
    const outcome = await publish(fields)
    assert.ok(outcome.ok && outcome.review && outcome.entry)
    return { review: outcome.review, entry: outcome.entry }
  }
  const edit = (reviewId: string, expectedVersion: number, fields: ReviewFields) =>
    editReview(services, userId, { reviewId, expectedVersion, fields })
  const rate = (score: number | null) => rateWork(services, { userId, workId: work._id, score })
  const reviews = () => database.db.collection('reviews').countDocuments({ userId, workId: work._id })
  return { userId, work, publish, published, edit, rate, reviews }
}

const publishedBy = async (userId: string) => states(await eventsOf(culture, ReviewPublishedSchema), userId)
const editedBy = async (userId: string) => states(await eventsOf(culture, ReviewEditedSchema), userId)
const states = (events: readonly { readonly review?: ReviewState | undefined }[], userId: string) =>
  events.flatMap(({ review }) => (review?.authorId === userId ? [review] : []))

async function excerptIn(state: ReviewState | undefined) {
  if (!state?.excerpt) return null
  const bytes = await unseal(services.keyRing, state.excerpt)
  return bytes === 'erased' ? bytes : new TextDecoder().decode(bytes)
}

test('publishing writes the review, its entry, the score and both events', async () => {
  const { userId, work, published } = await setUp()
  const { review, entry } = await published({ score: 90, title: '  Two   men ' })
  assert.equal(review.title, 'Two men')
  assert.equal(review.version, 1)
  assert.deepEqual(
    { status: entry.status, score: entry.score, visibility: entry.visibility },
    { status: 'DONE', score: 90, visibility: 'PUBLIC' },
  )

  const [state, ...others] = await publishedBy(userId)
  assert.equal(others.length, 0)
  assert.equal(state?.reviewId, review._id)
  assert.equal(state?.score, 90)
  assert.equal(state?.visibility, Visibility.PUBLIC)
  assert.deepEqual(state?.genreIds, work.genreIds)
  assert.equal(await excerptIn(state), BODY)
  const libraryEvents = (await eventsOf(culture, LibraryEntryChangedSchema)).filter((event) => event.userId === userId)
  assert.equal(libraryEvents.length, 1)
})

test('the excerpt of a review that spoils stays at home', async () => {
  const { userId, published } = await setUp()
  await published({ containsSpoilers: true })
  const [state] = await publishedBy(userId)
  assert.equal(state?.spoiler, true)
  assert.equal(state?.excerpt, undefined)
})

test('a member has one review of a work', async () => {
  const { userId, publish, published } = await setUp()
  await published()
  assert.deepEqual(await publish(), { ok: false, code: 'ALREADY_REVIEWED', field: 'workId' })
  assert.equal((await publishedBy(userId)).length, 1)
})

test('publishing the same in parallel gives one review and one event', async () => {
  const { userId, publish, reviews } = await setUp()
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => publish()))
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
  assert.equal(await reviews(), 1)
  assert.equal((await publishedBy(userId)).length, 1)
})

test('with a key, parallel retries all get the first result', async () => {
  const { userId, publish, reviews } = await setUp()
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => publish({}, 'the same key')))
  assert.equal(new Set(outcomes.map((outcome) => outcome.ok && outcome.review?._id)).size, 1)
  assert.equal(await reviews(), 1)
  assert.equal((await publishedBy(userId)).length, 1)
})

test('a key with another input, or of a wrong length, is refused', async () => {
  const { publish } = await setUp()
  await publish({}, 'the same key')
  assert.deepEqual(await publish({ containsSpoilers: true }, 'the same key'), {
    ok: false,
    code: 'IDEMPOTENCY_MISMATCH',
    field: 'idempotencyKey',
  })
  assert.deepEqual(await publish({}, 'short'), { ok: false, code: 'INVALID', field: 'idempotencyKey' })
})

test('texts have limits', async () => {
  const { publish, reviews } = await setUp()
  assert.deepEqual(await publish({ body: `   ${'x'.repeat(19)}\u0000   ` }), { ok: false, code: 'TOO_SHORT', field: 'body' })
  assert.deepEqual(await publish({ body: 'x'.repeat(20_001) }), { ok: false, code: 'TOO_LONG', field: 'body' })
  assert.deepEqual(await publish({ title: 'x'.repeat(121) }), { ok: false, code: 'TOO_LONG', field: 'title' })
  assert.deepEqual(await publishReview(services, newId('user'), draftOf(newId('work')), null), {
    ok: false,
    code: 'NOT_FOUND',
    field: 'workId',
  })
  assert.equal(await reviews(), 0)
})

test('a new entry is no more visible than its review, and a private score is not told', async () => {
  const one = await setUp()
  assert.equal((await one.published({ visibility: 'PRIVATE' })).entry.visibility, 'PRIVATE')
  const two = await setUp()
  await two.rate(70)
  assert.equal((await two.published()).review.score, 70)
})

test('an edit changes what it names, raises the version and tells the new state', async () => {
  const { userId, published, edit } = await setUp()
  const { review } = await published({ title: 'Old' })
  const outcome = await edit(review._id, 1, { title: null, visibility: 'FOLLOWERS' })
  assert.ok(outcome.ok)
  assert.deepEqual([outcome.review.title, outcome.review.body, outcome.review.version], [null, BODY, 2])
  assert.ok(outcome.review.editedAt)
  const [state] = await editedBy(userId)
  assert.equal(state?.visibility, Visibility.FOLLOWERS)
  assert.deepEqual(await edit(review._id, 1, { title: 'Late' }), {
    ok: false,
    code: 'STALE_VERSION',
    field: 'expectedVersion',
    currentVersion: 2,
  })
})

test('of two edits at once, one wins and the other is stale', async () => {
  const { published, edit } = await setUp()
  const { review } = await published()
  const outcomes = await Promise.all([edit(review._id, 1, { title: 'One' }), edit(review._id, 1, { title: 'Two' })])
  assert.deepEqual(outcomes.map(({ ok }) => ok).sort(), [false, true])
})

test('a review that shows a score follows the library, one without keeps none', async () => {
  const shows = await setUp()
  const { review } = await shows.published({ score: 60 })
  await shows.rate(75)
  assert.equal((await editedBy(shows.userId)).at(-1)?.score, 75)
  // No edit by the author: their next one is not stale.
  assert.equal((await shows.edit(review._id, 1, { title: 'Still mine' })).ok, true)

  const silent = await setUp()
  await silent.published()
  await silent.rate(75)
  assert.deepEqual(await editedBy(silent.userId), [])
})

test('a score set by an edit goes to the library and the ratings', async () => {
  const { userId, work, published, edit } = await setUp()
  const { review } = await published({ score: 60 })
  await edit(review._id, 1, { score: 95 })
  const entry = await database.db.collection('library_entries').findOne({ userId, workId: work._id })
  assert.equal(entry?.score, 95)
  assert.equal((await findWork(database, work._id))?.ratings.sum, 95)
})

test('deleting leaves the score, tells once, and lets the member publish again', async () => {
  const { userId, work, published } = await setUp()
  const { review } = await published({ score: 60 })
  assert.deepEqual(await deleteReview(services, userId, review._id), { ok: true })
  assert.deepEqual(await deleteReview(services, userId, review._id), { ok: false, code: 'NOT_FOUND', field: 'reviewId' })
  const deleted = (await eventsOf(culture, ReviewDeletedSchema)).filter((event) => event.authorId === userId)
  assert.deepEqual(
    deleted.map(({ reviewId, workId }) => [reviewId, workId]),
    [[review._id, work._id]],
  )
  const entry = await database.db.collection('library_entries').findOne({ userId, workId: work._id })
  assert.equal(entry?.score, 60)
  assert.notEqual((await published()).review._id, review._id)
})

test("nobody edits or deletes another member's review", async () => {
  const { published } = await setUp()
  const { review } = await published()
  const stranger = newId('user')
  const edit = { reviewId: review._id, expectedVersion: 1, fields: { title: 'Mine' } }
  assert.deepEqual(await editReview(services, stranger, edit), { ok: false, code: 'NOT_FOUND', field: 'reviewId' })
  assert.deepEqual(await deleteReview(services, stranger, review._id), { ok: false, code: 'NOT_FOUND', field: 'reviewId' })
})
