import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { LibraryEntryChangedSchema, LibraryStatus } from '@vibely/schema/events/culture/v1/library'
import { addFilm, eventsOf, freshCulture } from '../../tests/fresh-culture.ts'
import { openQueue } from '../queue.ts'
import { bucketOf } from '../works/ratings.ts'
import type { Work } from '../works/store.ts'
import { rateWork } from './rate-work.ts'
import { setLibraryEntry } from './set-library-entry.ts'
import type { LibraryEntry } from './store.ts'

const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { services, database } = culture

const rate = (userId: string, workId: string, score: number | null) => rateWork(services, { userId, workId, score })
const eventsAbout = async (workId: string) =>
  (await eventsOf(culture, LibraryEntryChangedSchema)).filter((event) => event.workId === workId)
const ratingsOf = async (workId: string) => (await database.db.collection<Work>('works').findOne({ _id: workId }))?.ratings

/** What a work's ratings must be, counted from the entries. */
async function recount(workId: string) {
  const entries = await database.db.collection<LibraryEntry>('library_entries').find({ workId }).toArray()
  const scores = entries.flatMap(({ score }) => (score === null ? [] : [score]))
  const histogram = Array.from({ length: 10 }, (_, bucket) => scores.filter((score) => bucketOf(score) === bucket).length)
  return { count: scores.length, sum: scores.reduce((sum, score) => sum + score, 0), histogram, entries: entries.length }
}

async function assertCounted(workId: string) {
  const work = await database.db.collection<Work>('works').findOne({ _id: workId })
  const { weighted: _, ...ratings } = work!.ratings
  assert.deepEqual({ ...ratings, entries: work!.entries }, await recount(workId))
}

test('a first score makes an entry that is done, and tells so', async () => {
  const [userId, work] = [newId('user'), await addFilm(culture)]
  const outcome = await rate(userId, work._id, 80)
  assert.ok(outcome.ok)
  assert.equal(outcome.entry.status, 'DONE')
  assert.equal(outcome.entry.version, 1)
  const [event, ...others] = await eventsAbout(work._id)
  assert.equal(others.length, 0)
  assert.equal(event?.from, LibraryStatus.UNSPECIFIED)
  assert.equal(event?.to, LibraryStatus.DONE)
  assert.equal(event?.score, 80)
  assert.deepEqual(event?.genreIds, work.genreIds)
  await assertCounted(work._id)
})

test('the same score twice is one event', async () => {
  const [userId, work] = [newId('user'), await addFilm(culture)]
  await rate(userId, work._id, 80)
  const again = await rate(userId, work._id, 80)
  assert.equal(again.ok && again.entry.version, 1)
  assert.equal((await eventsAbout(work._id)).length, 1)
})

test('clearing a score takes it out of the ratings and keeps the entry', async () => {
  const [userId, work] = [newId('user'), await addFilm(culture)]
  await rate(userId, work._id, 100)
  const cleared = await rate(userId, work._id, null)
  assert.equal(cleared.ok && cleared.entry.score, null)
  assert.deepEqual(await recount(work._id), { count: 0, sum: 0, histogram: Array(10).fill(0), entries: 1 })
  await assertCounted(work._id)
  assert.equal((await ratingsOf(work._id))?.weighted, 0)
})

test('what is not there cannot be rated or cleared', async () => {
  const work = await addFilm(culture)
  assert.deepEqual(await rate(newId('user'), newId('work'), 50), { ok: false, code: 'NOT_FOUND' })
  assert.deepEqual(await rate(newId('user'), work._id, null), { ok: false, code: 'NOT_FOUND' })
})

test('many members who rate one work at once, in two processes, leave the right histogram', async () => {
  const work = await addFilm(culture)
  const members = Array.from({ length: 24 }, () => newId('user'))
  const otherProcess = { ...services, queue: openQueue() }
  const rate = (userId: string, workId: string, score: number | null) =>
    rateWork(members.indexOf(userId) % 2 ? services : otherProcess, { userId, workId, score })
  await Promise.all(members.map((userId, index) => rate(userId, work._id, ((index * 7) % 100) + 1)))
  await assertCounted(work._id)
  await Promise.all(members.map((userId, index) => rate(userId, work._id, index % 3 === 0 ? null : index + 1)))
  await assertCounted(work._id)
  assert.equal((await recount(work._id)).entries, 24)
  assert.equal((await eventsAbout(work._id)).length, 48)
})

test('one member who rates many works at once has versions without gaps', async () => {
  const userId = newId('user')
  const works = await Promise.all(Array.from({ length: 12 }, () => addFilm(culture)))
  const outcomes = await Promise.all(works.map((work) => rate(userId, work._id, 60)))
  const versions = outcomes.map((outcome) => outcome.ok && outcome.entry.version).sort((a, b) => Number(a) - Number(b))
  assert.deepEqual(
    versions,
    works.map((_, index) => index + 1),
  )
})

test('one member who rates one work in parallel has one entry', async () => {
  const [userId, work] = [newId('user'), await addFilm(culture)]
  await Promise.all([10, 20, 30, 40, 50].map((score) => rate(userId, work._id, score)))
  assert.equal((await recount(work._id)).entries, 1)
  await assertCounted(work._id)
})

test('an entry is set, changed in part, and refused when the caller has an old version', async () => {
  const [userId, work] = [newId('user'), await addFilm(culture)]
  const set = (fields: Parameters<typeof setLibraryEntry>[1]['fields'], expectedVersion: number | null = null) =>
    setLibraryEntry(services, { userId, workId: work._id, fields, expectedVersion })
  const wanted = await set({ status: 'WANT', visibility: 'PRIVATE' })
  assert.ok(wanted.ok)
  const begun = await set({ status: 'CONSUMING', startedOn: '2026-01' }, wanted.entry.version)
  assert.ok(begun.ok)
  assert.equal(begun.entry.visibility, 'PRIVATE')
  assert.equal(begun.entry._id, wanted.entry._id)
  assert.deepEqual(await set({ status: 'DONE' }, wanted.entry.version), {
    ok: false,
    code: 'STALE_VERSION',
    currentVersion: begun.entry.version,
  })
  const changes = (await eventsAbout(work._id)).map(({ from, to }) => [from, to])
  assert.deepEqual(changes, [
    [LibraryStatus.UNSPECIFIED, LibraryStatus.WANT],
    [LibraryStatus.WANT, LibraryStatus.CONSUMING],
  ])
})

test('a run cannot end before it starts, as far as both dates say', async () => {
  const [userId, work] = [newId('user'), await addFilm(culture)]
  const set = (startedOn: string, finishedOn: string) =>
    setLibraryEntry(services, { userId, workId: work._id, fields: { status: 'DONE', startedOn, finishedOn }, expectedVersion: null })
  assert.deepEqual(await set('2026-03-02', '2026-03-01'), { ok: false, code: 'INVALID' })
  assert.equal((await set('2026-03-02', '2026')).ok, true)
})
