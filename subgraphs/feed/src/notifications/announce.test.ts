import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import { AccountStatus } from '@vibely/schema/events/auth/v1/user'
import { Visibility } from '@vibely/schema/events/culture/v1/review'
import type { Sent } from '@vibely/testkit/deliver'
import fc from 'fast-check'
import { feedDeliveries } from '../../tests/deliver.ts'
import { type FreshFeed, freshFeed } from '../../tests/fresh-feed.ts'
import { openWorld, type TestReview, type World } from '../../tests/world.ts'
import { openHome, readHome } from '../timelines/home-feed.ts'
import { announce } from './announce.ts'
import { nextAnnouncements } from './announcements.ts'
import { countNotifications, type Notification, notificationsOf } from './store.ts'

let store: FreshFeed
let world: World
let deliver: (event: Sent) => Promise<void>

before(async () => {
  store = await freshFeed()
  world = openWorld(store)
  deliver = feedDeliveries(store.database, world.keyRing)
})
after(() => store[Symbol.asyncDispose]())

const START = Date.now() - 3_600_000
const at = (tick: number) => new Date(START + tick * 1_000)
const PAGE = { limit: 100, backward: false, cursor: null }

/** Does what the notifier does, until nothing is left. Eight at once, so that steps meet each other. */
async function drain(): Promise<void> {
  const { client, db } = store.database
  for (;;) {
    const rows = await nextAnnouncements(store.database, 8)
    if (rows.length === 0) return
    await Promise.all(rows.map((row) => inTransaction(client, db, (tx) => announce(tx, row))))
  }
}

const shownTo = (userId: string): Promise<Notification[]> =>
  notificationsOf(store.database, userId, { from: null, backward: false, limit: 500, unreadOnly: false })

const homeOf = async (userId: string): Promise<string[]> =>
  (await readHome(store.database, await openHome(store.database, userId), PAGE, null)).map(({ subjectId }) => subjectId)

/** An author and a follower with a shared genre, and a review of the author that is not delivered yet. */
async function pair() {
  const author = await world.registered('Ann')
  const follower = await world.registered('Bob')
  const genre = world.genre('Drama')
  const work = world.work('Heat', [genre.genreId])
  const follow = world.followed(follower.userId, author.userId, at(1))
  const interest = world.interest(follower.userId, genre.genreId, at(2))
  const review: TestReview = {
    reviewId: newId('review'),
    authorId: author.userId,
    workId: work.workId,
    genreIds: [genre.genreId],
    publishedAt: at(10),
  }
  return { author, follower, genre, work, follow, interest, review }
}

test('a follower is told of a review whichever of its events comes last', async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const { author, follower, genre, work, follow, interest, review } = await pair()
    const events = [author, follow, interest, await world.published(review)]
    const rotated = [...events.slice(turn), ...events.slice(0, turn)]
    for (const event of [genre, work, follower, ...rotated]) {
      await deliver(event)
      await drain()
    }
    assert.deepEqual(
      (await shownTo(follower.userId)).map(({ subjectId }) => subjectId),
      [review.reviewId],
    )
  }
})

test('a follow and a review that are consumed at the same moment cannot miss each other', async () => {
  for (let round = 0; round < 15; round += 1) {
    const { author, follower, follow, interest, review } = await pair()
    await deliver(author)
    const published = await world.published(review)
    await Promise.all([deliver(follow), deliver(interest), deliver(published), drain()])
    await drain()
    assert.equal((await shownTo(follower.userId)).length, 1)
  }
})

test('who follows after the review is not told, but has it in the home feed', async () => {
  const { author, follower, interest, review } = await pair()
  const late = world.followed(follower.userId, author.userId, at(20))
  for (const event of [author, interest, await world.published(review), late]) await deliver(event)
  await drain()
  assert.deepEqual(await shownTo(follower.userId), [])
  assert.deepEqual(await homeOf(follower.userId), [review.reviewId])
})

test('a review that is hidden and shown again is told of once, and a deleted one takes its notification away', async () => {
  const { author, follower, follow, interest, review } = await pair()
  for (const event of [author, follow, interest, await world.published(review)]) await deliver(event)
  await drain()
  const first = await shownTo(follower.userId)

  await deliver(await world.edited({ ...review, visibility: Visibility.PRIVATE }))
  await drain()
  assert.deepEqual(await shownTo(follower.userId), [])
  assert.equal(await countNotifications(store.database, follower.userId, true), 0)
  assert.deepEqual(await homeOf(follower.userId), [])

  await deliver(await world.edited({ ...review, visibility: Visibility.FOLLOWERS }))
  await drain()
  assert.deepEqual(await shownTo(follower.userId), first)
  assert.equal(await liveEventsOf(follower.userId), 1)

  await deliver(world.deleted(review))
  await drain()
  assert.deepEqual(await shownTo(follower.userId), [])
  assert.deepEqual(await homeOf(follower.userId), [])
})

test('a piece for mutuals is told when the author follows back, and hidden when the tie ends', async () => {
  const { author, follower, follow, interest, review } = await pair()
  for (const event of [author, follow, interest, await world.published({ ...review, visibility: Visibility.MUTUALS })]) await deliver(event)
  await drain()
  assert.deepEqual(await shownTo(follower.userId), [])

  for (const [event, count] of [
    [world.followed(author.userId, follower.userId, at(30)), 1],
    [world.unfollowed(author.userId, follower.userId), 0],
    [world.followed(author.userId, follower.userId, at(40)), 1],
    [world.unfollowed(follower.userId, author.userId), 0],
  ] as const) {
    await deliver(event)
    await drain()
    assert.equal((await shownTo(follower.userId)).length, count)
    assert.equal((await homeOf(follower.userId)).length, count)
  }
  assert.equal(await liveEventsOf(follower.userId), 1)
})

test('an erased author leaves no piece, no name and no text behind', async () => {
  const { author, follower, follow, interest, review } = await pair()
  for (const event of [author, follow, interest, await world.published({ ...review, excerpt: 'Secret words' })]) await deliver(event)
  await drain()
  assert.equal((await shownTo(follower.userId)).length, 1)

  await deliver(world.statusChanged(author.userId, AccountStatus.ERASED))
  await drain()
  assert.deepEqual(await shownTo(follower.userId), [])
  assert.deepEqual(await homeOf(follower.userId), [])
  const { db } = store.database
  const left = JSON.stringify([
    await db.collection('feed_items').find({ authorId: author.userId }).toArray(),
    await db.collection<{ _id: string }>('members').findOne({ _id: author.userId }),
  ])
  assert.doesNotMatch(left, /Secret|Ann/)
})

test('more followers than one step takes are all told, once', async () => {
  const { author, genre, review } = await pair()
  await deliver(author)
  const followerIds = Array.from({ length: 1_203 }, () => newId('user'))
  const { db } = store.database
  await db.collection('follows').insertMany(
    followerIds.map((followerId) => ({
      _id: `${followerId}:${author.userId}` as never,
      followerId,
      followeeId: author.userId,
      since: at(1),
      version: 1,
    })),
  )
  await db.collection('interests').insertMany(
    followerIds.map((userId) => ({
      _id: `${userId}:${genre.genreId}` as never,
      userId,
      genreId: genre.genreId,
      since: at(1),
      version: 1,
    })),
  )
  await deliver(await world.published(review))
  await drain()
  const told = await db.collection('notifications').find({ subjectId: review.reviewId }).toArray()
  assert.deepEqual(told.map(({ userId }) => userId).sort(), [...followerIds].sort())
  assert.equal(
    await db.collection('live_events').countDocuments({ channel: { $in: followerIds.map((id) => `notifications:${id}`) } }),
    followerIds.length,
  )
})

const liveEventsOf = (userId: string): Promise<number> =>
  store.database.db.collection('live_events').countDocuments({ channel: `notifications:${userId}` })

// A short history of three members, two genres and four reviews, in the order in which it happened.
const member = fc.integer({ min: 0, max: 2 })
const genre = fc.integer({ min: 0, max: 1 })
const piece = fc.integer({ min: 0, max: 3 })
const visibility = fc.constantFrom(
  Visibility.PUBLIC,
  Visibility.PUBLIC,
  Visibility.FOLLOWERS,
  Visibility.MUTUALS,
  Visibility.UNLISTED,
  Visibility.PRIVATE,
)
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('follow' as const), who: member, whom: member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unfollow' as const), who: member, whom: member }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('care' as const), who: member, genre }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stopCaring' as const), who: member, genre }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      who: member,
      piece,
      genres: fc.subarray([0, 1], { minLength: 1 }),
      visibility,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), piece }) },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

interface Truth {
  readonly members: readonly string[]
  readonly events: readonly Sent[]
  /** By `follower:followee`: present follow, and the first there ever was. */
  readonly follows: ReadonlyMap<string, { readonly since: Date | null; readonly first: Date }>
  /** By `member:genre`. */
  readonly interests: ReadonlyMap<string, { readonly since: Date; readonly active: boolean }>
  readonly reviews: readonly (TestReview & { readonly deleted: boolean })[]
}

/** What happened, told by the subgraphs that it happened in. */
async function play(actions: readonly Action[]): Promise<Truth> {
  const registered = [await world.registered('Ann'), await world.registered('Bob'), await world.registered('Cleo')]
  const members = registered.map(({ userId }) => userId)
  const genreIds = [newId('genre'), newId('genre')]
  const follows = new Map<string, { since: Date | null; first: Date }>()
  const interests = new Map<string, { since: Date; active: boolean }>()
  const reviews = new Map<number, TestReview & { deleted: boolean }>()
  const events: Sent[] = [...registered]
  for (const [tick, one] of actions.entries()) {
    const time = at(tick)
    if (one.kind === 'follow' || one.kind === 'unfollow') {
      const [who, whom] = [members[one.who]!, members[one.whom]!]
      const edge = follows.get(`${who}:${whom}`)
      if (who === whom || (one.kind === 'follow') === Boolean(edge?.since)) continue
      follows.set(`${who}:${whom}`, { since: one.kind === 'follow' ? time : null, first: edge?.first ?? time })
      events.push(one.kind === 'follow' ? world.followed(who, whom, time) : world.unfollowed(who, whom))
    } else if (one.kind === 'care' || one.kind === 'stopCaring') {
      const [who, genreId] = [members[one.who]!, genreIds[one.genre]!]
      const known = interests.get(`${who}:${genreId}`)
      if (one.kind === 'care' ? known : !known?.active) continue
      interests.set(`${who}:${genreId}`, { since: known?.since ?? time, active: one.kind === 'care' })
      events.push(world.interest(who, genreId, time, one.kind === 'care' ? 1 : 0))
    } else if (one.kind === 'write') {
      const known = reviews.get(one.piece)
      if (known?.deleted) continue
      const review: TestReview = known
        ? { ...known, visibility: one.visibility }
        : {
            reviewId: newId('review'),
            authorId: members[one.who]!,
            workId: newId('work'),
            genreIds: one.genres.map((index) => genreIds[index]!),
            publishedAt: time,
            visibility: one.visibility,
          }
      reviews.set(one.piece, { ...review, deleted: false })
      events.push(known ? await world.edited(review) : await world.published(review))
    } else {
      const known = reviews.get(one.piece)
      if (!known || known.deleted) continue
      reviews.set(one.piece, { ...known, deleted: true })
      events.push(world.deleted(known))
    }
  }
  return { members, events, follows, interests, reviews: [...reviews.values()] }
}

/** What a member must see of a review in the end. */
function judge(truth: Truth, userId: string, review: Truth['reviews'][number]) {
  const follow = truth.follows.get(`${userId}:${review.authorId}`)
  const back = truth.follows.get(`${review.authorId}:${userId}`)?.since
  const own = review.authorId === userId
  const mayReach = {
    [Visibility.PUBLIC]: true,
    [Visibility.FOLLOWERS]: Boolean(follow?.since),
    [Visibility.MUTUALS]: Boolean(follow?.since && back),
    [Visibility.UNLISTED]: false,
    [Visibility.PRIVATE]: false,
    [Visibility.UNSPECIFIED]: false,
  }[review.visibility ?? Visibility.PUBLIC]
  const interests = review.genreIds.flatMap((genreId) => truth.interests.get(`${userId}:${genreId}`) ?? [])
  const before = (time: Date | null | undefined) => time != null && time <= review.publishedAt
  const cared = interests.some(({ since, active }) => active && before(since))
  return {
    inHome: !review.deleted && (own || (Boolean(follow?.since) && mayReach && interests.some(({ active }) => active))),
    mustTell: !review.deleted && !own && mayReach && before(follow?.since) && cared,
    // Who was told and then unfollowed, or stopped caring, keeps the notification while the piece may be seen.
    mayTell: !review.deleted && !own && mayReach && before(follow?.first) && interests.some(({ since }) => before(since)),
  }
}

test('shuffled, repeated and simultaneous events end in the state of the sources', async () => {
  const history = fc.array(action, { minLength: 8, maxLength: 24 })
  await fc.assert(
    fc.asyncProperty(history, fc.infiniteStream(fc.nat()), fc.boolean(), async (actions, chance, atOnce) => {
      const truth = await play(actions)
      const pick = () => chance.next().value as number
      const repeated = truth.events.filter(() => pick() % 3 === 0)
      const shuffled = [...truth.events, ...repeated].map((event) => ({ event, place: pick() })).sort((a, b) => a.place - b.place)
      // At once: a lane for each aggregate, as in Kafka, and the notifier beside them. Else the notifier is done before the next event.
      const lanes = atOnce ? [...Map.groupBy(shuffled, ({ event }) => `${event.aggregateType} ${event.aggregateId}`).values()] : [shuffled]
      const deliverAll = async (lane: typeof shuffled) => {
        for (const { event } of lane) {
          await deliver(event)
          if (!atOnce) await drain()
        }
      }
      await Promise.all([...lanes.map(deliverAll), drain()])
      await drain()

      for (const userId of truth.members) {
        const told = (await shownTo(userId)).map(({ subjectId }) => subjectId)
        const verdicts = truth.reviews.map((review) => ({ id: review.reviewId, ...judge(truth, userId, review) }))
        assert.equal(new Set(told).size, told.length)
        assert.deepEqual(
          (await homeOf(userId)).sort(),
          verdicts
            .filter(({ inHome }) => inHome)
            .map(({ id }) => id)
            .sort(),
        )
        for (const { id, mustTell, mayTell } of verdicts) {
          if (mustTell) assert.ok(told.includes(id), 'somebody was not told')
          if (!mayTell) assert.ok(!told.includes(id), 'somebody was told who must not be')
        }
        assert.equal(await countNotifications(store.database, userId, true), told.length)
        const events = await store.database.db
          .collection('live_events')
          .find({ channel: `notifications:${userId}` })
          .sort({ seq: 1 })
          .toArray()
        assert.deepEqual(
          events.map(({ seq }) => seq),
          events.map((_, index) => index + 1),
        )
        const announced = events.map(({ data }) => data.notification.id)
        assert.equal(new Set(announced).size, announced.length)
      }
    }),
    { numRuns: 25, endOnFailure: true },
  )
})
