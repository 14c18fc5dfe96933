import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { reviewEvent, runRouter } from './running.ts'
import { seqOf, watch } from './watch.ts'

const SHARED =
  'subscription($room: ID!, $after: String) { roomReview(room: $room, after: $after) { phase cursor note review { title author { name } } } }'
const OWN = SHARED.replace('name }', 'name reviewCount }')

describe('groups of subscriptions', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { credentials, publisher, world } = running
  const client = async (sub?: string, sid?: string) =>
    running.client(sub === undefined ? undefined : await credentials.token({ sub, ...(sid !== undefined && { sid }) }))
  const askers = () => world.calls.map(({ subgraph, caller }) => `${subgraph} for ${caller.viewer?.id ?? 'nobody'}`).sort()
  let count = 0
  let room: string
  let channel: string
  beforeEach(() => {
    count += 1
    room = `room${count}`
    channel = `room:${room}`
  })

  test('an event is completed once for all who may see the same, in the name of nobody', async () => {
    const clients = [await client(), await client(), await client('p1'), await client('p2')]
    const streams = clients.map((one) => watch(one, null, SHARED, { room }))
    for (const stream of streams) assert.equal((await stream.event()).phase, 'CAUGHT_UP')
    world.calls.length = 0
    await publisher.publish(reviewEvent(1, { channel, id: 'r2' }))
    const events = await Promise.all(streams.map((stream) => stream.event()))
    for (const event of events) assert.deepEqual(event, events[0])
    assert.deepEqual(events[0]?.review, { title: 'Title r2', author: { name: 'Bruno' } })
    assert.deepEqual(askers(), ['people for nobody', 'reviews for nobody'])
    await Promise.all(streams.map((stream) => stream.end()))
  })

  test('what depends on the viewer is completed for each viewer, and once for all sockets of one session', async () => {
    const clients = [await client('p1'), await client('p1'), await client('p2'), await client('p2', 'session_2')]
    const streams = clients.map((one) => watch(one, null, OWN, { room }))
    for (const stream of streams) await stream.event()
    world.calls.length = 0
    await publisher.publish(reviewEvent(1, { channel }))
    await Promise.all(streams.map((stream) => stream.event()))
    assert.equal(askers().filter((asker) => asker === 'reviews for p1').length, 1)
    assert.ok(askers().includes('reviews for p2'))
    assert.ok(world.calls.every(({ caller }) => caller.ip === null && caller.userAgent === null))
    await Promise.all(streams.map((stream) => stream.end()))
  })

  test('what conditions leave of one field that stands there twice is completed as one, for each choice by itself', async () => {
    const query = `subscription($room: ID!, $title: Boolean!, $author: Boolean!) { roomReview(room: $room) {
      phase
      review @include(if: $title) { title }
      review @include(if: $author) { author { id } }
      ... on ReviewEvent @include(if: $author) { review { author { name } } }
    } }`
    const one = await client()
    const review = { title: 'Title r2', author: { id: 'p2', name: 'Bruno' } }
    const wanted = [
      { title: true, author: false, review: { title: review.title } },
      { title: false, author: true, review: { author: review.author } },
      { title: true, author: true, review },
      { title: false, author: false, review: undefined },
    ]
    const streams = wanted.map(({ title, author }) => watch(one, null, query, { room, title, author }))
    for (const stream of streams) await stream.event()
    for (const seq of [1, 2]) {
      await publisher.publish(reviewEvent(seq, { channel, id: 'r2' }))
      const events = await Promise.all(streams.map((stream) => stream.event()))
      assert.deepEqual(
        events.map((event) => event.review),
        wanted.map((each) => each.review),
      )
    }
    await Promise.all(streams.map((stream) => stream.end()))
  })

  test('other variables are another group; the cursor is not', async () => {
    const query = SHARED.replace('$after: String)', '$after: String, $loud: Boolean)').replace('title', 'title(upper: $loud)')
    const one = await client()
    const first = watch(one, null, query, { room, loud: true })
    const { cursor } = await first.event()
    await publisher.publish(reviewEvent(1, { channel }))
    await first.event()
    const resumed = watch(one, cursor, query, { room, loud: true })
    assert.deepEqual([(await resumed.event()).phase, (await resumed.event()).phase], ['REPLAY', 'CAUGHT_UP'])
    const quiet = watch(one, null, query, { room, loud: false })
    await quiet.event()
    await publisher.publish(reviewEvent(2, { channel }))
    const titles = await Promise.all([first, resumed, quiet].map((stream) => stream.event().then(({ review }) => review?.title)))
    assert.deepEqual(titles, ['TITLE r1', 'TITLE r1', 'Title r1'])
    await Promise.all([first, resumed, quiet].map((stream) => stream.end()))
  })

  test('a group goes on when its first member leaves', async () => {
    const first = watch(await client(), null, SHARED, { room })
    await first.event()
    const second = watch(await client(), null, SHARED, { room })
    await second.event()
    await first.end()
    await publisher.publish(reviewEvent(1, { channel }))
    assert.equal(seqOf(await second.event()), 1)
    await second.end()
  })

  test('members who come while events are completed get each later one once and in order', async () => {
    const count = 60
    const publishing = (async () => {
      for (let seq = 1; seq <= count; seq += 1) await publisher.publish(reviewEvent(seq, { channel, id: `r${1 + (seq % 3)}` }))
    })()
    const streams = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const stream = watch(await client(), null, SHARED, { room })
        await stream.event()
        return stream
      }),
    )
    await publishing
    const last = count + 1
    await publisher.publish(reviewEvent(last, { channel }))
    for (const stream of streams) {
      const seen = [seqOf(await stream.event())]
      while (seen.at(-1) !== last) seen.push(seqOf(await stream.event()))
      assert.deepEqual(
        seen,
        Array.from({ length: seen.length }, (_, index) => last - seen.length + 1 + index),
      )
      await stream.end()
    }
  })
})
