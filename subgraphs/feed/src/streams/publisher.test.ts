import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type LiveReader, openLiveReader } from '@vibely/kit/live'
import { liveKeys } from '@vibely/kit/live-channel'
import { qualify } from '@vibely/kit/namespace'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import { eventually } from '@vibely/testkit/eventually'
import { type FreshFeed, freshFeed, logger } from '../../tests/fresh-feed.ts'
import { startPublisher } from './publisher.ts'
import { appendEvents } from './store.ts'

let fresh: FreshFeed
let live: LiveReader
let subscriber: FreshFeed['redis']
before(async () => {
  fresh = await freshFeed()
  subscriber = fresh.redis.duplicate()
  live = openLiveReader({ ...fresh, subscriber, instanceId: 'test' })
})
after(async () => {
  await live[Symbol.asyncDispose]()
  subscriber.disconnect()
  await fresh[Symbol.asyncDispose]()
})

let channel: string
let count = 0
beforeEach(() => {
  count += 1
  channel = `test:${count}`
})

const append = (...numbers: readonly number[]) =>
  inTransaction(fresh.database.client, fresh.database.db, (tx) =>
    appendEvents(
      tx,
      numbers.map((n) => ({ channel, data: { n } })),
    ),
  )

const streamed = async () => (await live.range(channel, 0, 10_000)).map(({ seq, data }) => [seq, JSON.parse(data).n])
const upTo = (last: number) => Array.from({ length: last }, (_, index) => [index + 1, index + 1])

test('events that were committed while nobody published come, each once and in order', async () => {
  for (let n = 1; n <= 30; n += 3) await append(n, n + 1, n + 2)
  // Died behind the first of two writes: in Redis, but not marked as such.
  await fresh.redis.xadd(liveKeys(fresh.namespace).stream(channel), '1-0', 'epoch', 'e', 'data', '{"n":1}')
  await using _ = startPublisher({ ...fresh, logger })
  await eventually(async () => assert.deepEqual(await streamed(), upTo(30)))
})

test('many writers of a channel leave no gap and no second of a number', async () => {
  await using publisher = startPublisher({ ...fresh, logger })
  await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      await append(n)
      publisher.wake()
    }),
  )
  await eventually(async () => assert.equal((await streamed()).length, 40))
  const events = await streamed()
  assert.deepEqual(
    events.map(([seq]) => seq),
    upTo(40).map(([seq]) => seq),
  )
  assert.deepEqual(
    events.map(([, n]) => n).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, n) => n),
  )
})

test('two publishers at once publish each event once', async () => {
  await using _first = startPublisher({ ...fresh, logger })
  await using _second = startPublisher({ ...fresh, logger })
  for (let n = 1; n <= 20; n += 1) await append(n)
  await eventually(async () => assert.deepEqual(await streamed(), upTo(20)))
})

test('a Redis that lost its data is filled again, with what came meanwhile, under the same epoch', async () => {
  const { redis, namespace } = fresh
  const stream = liveKeys(namespace).stream(channel)
  const all = [stream, qualify(namespace, 'live_filling'), qualify(namespace, 'live_filled')]
  await append(1, 2, 3)
  await using _ = startPublisher({ ...fresh, logger })
  await eventually(async () => assert.deepEqual(await streamed(), upTo(3)))
  const [before] = await live.range(channel, 0)

  await redis.del(all)
  await eventually(async () => assert.deepEqual(await streamed(), upTo(3)))

  // An event that was written between the loss and its discovery makes the stream begin in the middle.
  await redis
    .multi()
    .del(all)
    .xadd(stream, '4-0', 'epoch', before?.epoch ?? '', 'data', '{"n":4}')
    .exec()
  await append(4)
  await eventually(async () => assert.deepEqual(await streamed(), upTo(4)))
  assert.deepEqual(new Set((await live.range(channel, 0)).map(({ epoch }) => epoch)), new Set([before?.epoch]))
})

test('a Redis that loses its data again while it is filled is filled once more', async () => {
  const { redis, namespace, database } = fresh
  const channels = Array.from({ length: 200 }, (_, index) => `${channel}:${index}`)
  await inTransaction(database.client, database.db, (tx) =>
    appendEvents(
      tx,
      channels.map((one) => ({ channel: one, data: { n: 1 } })),
    ),
  )
  await using _ = startPublisher({ ...fresh, logger })
  const streams = channels.map((one) => liveKeys(namespace).stream(one))
  const all = [...streams, qualify(namespace, 'live_filling'), qualify(namespace, 'live_filled')]
  const isFilled = async () => (await redis.exists(streams)) === streams.length
  await eventually(isFilled)
  await redis.del(all)
  await eventually(async () => (await redis.exists(qualify(namespace, 'live_filling'))) === 1)
  await redis.del(all)
  await eventually(isFilled)
})
