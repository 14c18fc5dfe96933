import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { newId } from '@vibely/kit/ids'
import { openLiveReader } from '@vibely/kit/live'
import { eventually } from '@vibely/testkit/eventually'
import { feedDeliveries } from './deliver.ts'
import { type FreshFeed, freshFeed } from './fresh-feed.ts'
import { openWorld } from './world.ts'

let fresh: FreshFeed
before(async () => {
  fresh = await freshFeed()
})
after(() => fresh[Symbol.asyncDispose]())

const REVIEWS = 30
const FOLLOWERS = 8
const KILLS = 3

test('a notifier that is killed again and again tells everybody of everything, once and in order', async () => {
  const { namespace, database, redis } = fresh
  const world = openWorld(fresh)
  const deliver = feedDeliveries(database, world.keyRing)
  const author = await world.registered('Ann')
  await deliver(author)
  const [genreId, workId] = [newId('genre'), newId('work')]
  const past = new Date(Date.now() - 60_000)
  const followerIds = Array.from({ length: FOLLOWERS }, () => newId('user'))
  for (const id of followerIds) {
    await deliver(world.followed(id, author.userId, past))
    await deliver(world.interest(id, genreId, past))
  }

  const worker = fileURLToPath(new URL('./worker.ts', import.meta.url))
  const start = () => spawn(process.execPath, [worker, namespace], { stdio: 'inherit' })
  let child = start()
  try {
    let kills = 0
    for (let n = 1; n <= REVIEWS; n += 1) {
      const review = { reviewId: newId('review'), authorId: author.userId, workId, genreIds: [genreId], publishedAt: new Date() }
      await deliver(await world.published(review))
      if (n % Math.floor(REVIEWS / KILLS) !== 0) continue
      // Somewhere in the middle of its work: it has begun since the last kill, and is not done.
      const before = await database.db.collection('notifications').countDocuments()
      await eventually(async () => (await database.db.collection('notifications').countDocuments()) > before || (await idle()))
      child.kill('SIGKILL')
      await once(child, 'exit')
      kills += 1
      child = start()
    }
    assert.equal(kills, KILLS)

    await using subscriber = { connection: redis.duplicate(), [Symbol.asyncDispose]: async () => subscriber.connection.disconnect() }
    await using reader = openLiveReader({ redis, subscriber: subscriber.connection, namespace, instanceId: 'test' })
    for (const id of followerIds) {
      const events = await eventually(
        async () => {
          const range = await reader.range(`notifications:${id}`, 0)
          return range.length >= REVIEWS && range
        },
        { withinMs: 100_000 },
      )
      assert.deepEqual(
        events.map(({ seq }) => seq),
        events.map((_, index) => index + 1),
      )
      assert.equal(new Set(events.map(({ data }) => data)).size, REVIEWS)
      assert.equal(events.length, REVIEWS)
    }
    assert.equal(await database.db.collection('notifications').countDocuments(), REVIEWS * FOLLOWERS)
  } finally {
    child.kill('SIGKILL')
  }
})

/** Nothing is left to announce. */
const idle = async () => (await fresh.database.db.collection('announcements').countDocuments()) === 0
