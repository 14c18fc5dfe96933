import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { reviewEvent, runRouter, TOPOLOGIES } from './running.ts'
import { seqOf, watch } from './watch.ts'

const QUERY = 'subscription($room: ID!, $after: String) { roomReview(room: $room, after: $after) { phase cursor note } }'
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

for (const topology of TOPOLOGIES) {
  describe(`events that the stream does not hold any more, ${topology}`, async () => {
    const running = await runRouter({ topology })
    after(() => running[Symbol.asyncDispose]())
    const { publisher, redis, namespace, world } = running
    let count = 0
    let room: string
    let channel: string
    beforeEach(() => {
      count += 1
      room = `stored${count}`
      channel = `room:${room}`
      world.stored.fault = null
    })
    const subscribe = (cursor: string | null = null) => watch(running.client(), cursor, QUERY, { room })
    const made = (from: number, to: number) => upTo(from, to).map((seq) => reviewEvent(seq, { channel }))

    /** A client that has seen event 1 leaves; by when it comes back there are `last` events, and the stream begins at `first`. */
    async function away(last: number, first: number): Promise<string> {
      await publisher.publish(...made(1, 1))
      const stream = subscribe()
      const { cursor } = await stream.event()
      await stream.end()
      await publisher.publish(...made(2, last))
      await redis.xtrim(`${namespace}live:${channel}`, 'MINID', `${first}-0`)
      world.stored.events = made(1, last)
      return cursor
    }

    test('come from the store, page by page', async () => {
      const stream = subscribe(await away(1_200, 1_150))
      const seen: number[] = []
      for (let event = await stream.event(); event.phase !== 'CAUGHT_UP'; event = await stream.event()) {
        assert.equal(event.phase, 'REPLAY')
        seen.push(seqOf(event))
      }
      assert.deepEqual(seen, upTo(2, 1_200))
      await publisher.publish(...made(1_201, 1_201))
      assert.deepEqual(await stream.event().then((event) => [event.phase, seqOf(event)]), ['LIVE', 1_201])
      await stream.end()
    })

    test('ask for a new start when the store has not kept them either', async () => {
      const cursor = await away(20, 15)
      world.stored.events = made(10, 20)
      const stream = subscribe(cursor)
      assert.equal((await stream.event()).phase, 'RESYNC_REQUIRED')
      await publisher.publish(...made(21, 21))
      assert.deepEqual(await stream.event().then((event) => [event.phase, seqOf(event)]), ['LIVE', 21])
      await stream.end()
    })

    test('ask for a new start when the store refuses', async () => {
      const cursor = await away(20, 15)
      world.stored.fault = 'FORBIDDEN'
      const stream = subscribe(cursor)
      assert.equal((await stream.event()).phase, 'RESYNC_REQUIRED')
      await stream.end()
    })

    test('are waited for while the store is away', async () => {
      const cursor = await away(5, 4)
      world.stored.fault = 'SUBGRAPH_UNAVAILABLE'
      const stream = subscribe(cursor)
      const first = stream.event()
      const asked = world.calls.length
      await eventually(() => world.calls.length >= asked + 2)
      world.stored.fault = null
      assert.deepEqual(seqOf(await first), 2)
      assert.deepEqual([seqOf(await stream.event()), seqOf(await stream.event()), seqOf(await stream.event())], [3, 4, 5])
      assert.equal((await stream.event()).phase, 'CAUGHT_UP')
      await stream.end()
    })

    test('come to an open stream too, when the router finds a hole', async () => {
      await publisher.publish(...made(1, 3))
      const stream = subscribe()
      await stream.event()
      world.stored.events = made(1, 10)
      // Nothing from 4 to 9 was ever there for the router to read.
      await publisher.publish(...made(10, 10))
      const events = []
      for (let left = 7; left > 0; left -= 1) events.push(await stream.event())
      assert.deepEqual(events.map(seqOf), upTo(4, 10))
      assert.ok(events.every(({ phase }) => phase === 'LIVE'))
      await stream.end()
    })

    test('are not sent again to who has them, when Redis lost its newest and gets them back', async () => {
      await publisher.publish(...made(1, 3))
      const first = subscribe()
      const { cursor } = await first.event()
      await first.end()
      await redis.del(`${namespace}live:${channel}`)
      await publisher.publish(...made(1, 2))
      const stream = subscribe(cursor)
      assert.equal((await stream.event()).phase, 'CAUGHT_UP')
      await publisher.publish(...made(3, 4))
      assert.deepEqual(await stream.event().then((event) => [event.phase, seqOf(event)]), ['LIVE', 4])
      await stream.end()
    })
  })
}
