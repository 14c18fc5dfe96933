import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { reviewEvent, runRouter } from './running.ts'
import { seqOf, watch } from './watch.ts'

const REVIEWS = 'subscription($room: ID!) { roomReview(room: $room) { phase cursor note review { title author { name } } } }'

describe('what comes of events', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { publisher, redis, namespace } = running
  let count = 0
  let room: string
  let channel: string
  beforeEach(() => {
    count += 1
    room = `events${count}`
    channel = `room:${room}`
  })
  const subscribe = (query = REVIEWS) => watch(running.client(), null, query, { room })
  const codesOf = (errors: unknown) => (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code)

  test('an object that does not say what it is has an error in its place, and the next event comes', async () => {
    const stream = subscribe()
    await stream.event()
    const unclear = JSON.stringify({ __typename: 'ReviewEvent', note: 'unclear', review: {} })
    await publisher.publish({ ...reviewEvent(1, { channel }), data: unclear }, reviewEvent(2, { channel }))
    const { data, errors } = await stream.next()
    assert.equal((data?.roomReview as { review: unknown } | undefined)?.review, null)
    assert.deepEqual(
      errors?.map(({ path, extensions }) => [path, extensions.code]),
      [[['roomReview', 'review'], 'INTERNAL']],
    )
    assert.equal((await stream.event()).review?.title, 'Title r1')
    await stream.end()
  })

  test('one that takes long does not let the next ones pass', async () => {
    const stream = subscribe()
    await stream.event()
    await publisher.publish(...['slow1', 'r1', 'slow2', 'r2', 'r3'].map((id, i) => reviewEvent(i + 1, { channel, id })))
    const events = []
    for (let left = 5; left > 0; left -= 1) events.push(await stream.event())
    assert.deepEqual(
      events.map((event) => [seqOf(event), event.review?.title]),
      [
        [1, 'Title slow1'],
        [2, 'Title r1'],
        [3, 'Title slow2'],
        [4, 'Title r2'],
        [5, 'Title r3'],
      ],
    )
    await stream.end()
  })

  test('groups of one channel do not write into what others read', async () => {
    const plain = subscribe()
    const aliased = subscribe(
      'subscription($room: ID!) { roomReview(room: $room) { title: phase note: review { note: title review: author { cursor: name } } } }',
    )
    const loud = subscribe('subscription($room: ID!) { roomReview(room: $room) { review { title(upper: true) author { reviewCount } } } }')
    await Promise.all([plain.next(), aliased.next(), loud.next()])
    await publisher.publish(reviewEvent(1, { channel, id: 'r2' }))
    const [one, two, three] = await Promise.all([plain.event(), aliased.next(), loud.next()])
    assert.deepEqual([one.phase, one.note, one.review], ['LIVE', 'event 1', { title: 'Title r2', author: { name: 'Bruno' } }])
    assert.deepEqual(two.data, { roomReview: { title: 'LIVE', note: { note: 'Title r2', review: { cursor: 'Bruno' } } } })
    assert.deepEqual(three.data, { roomReview: { review: { title: 'TITLE r2', author: { reviewCount: 7 } } } })
    await Promise.all([plain.end(), aliased.end(), loud.end()])
  })

  test('one that is published twice comes once, live and in a replay', async () => {
    const stream = subscribe()
    const { cursor } = await stream.event()
    await publisher.publish(reviewEvent(1, { channel }), reviewEvent(1, { channel }), reviewEvent(2, { channel }))
    await publisher.publish(reviewEvent(2, { channel }), reviewEvent(1, { channel }), reviewEvent(3, { channel }))
    const again = watch(
      running.client(),
      cursor,
      REVIEWS.replace('$room: ID!', '$room: ID!, $after: String').replace('$room)', '$room, after: $after)'),
      { room },
    )
    for (const one of [stream, again]) {
      const seqs = [seqOf(await one.event()), seqOf(await one.event()), seqOf(await one.event())]
      assert.deepEqual(seqs, [1, 2, 3])
      await one.end()
    }
  })

  test('a list argument opens one channel for each element', async () => {
    const query = 'subscription($rooms: [ID!]!) { moods(rooms: $rooms) { room text } }'
    const rooms = ['a', 'b', 'a'].map((name) => `${room}-${name}`)
    const received: unknown[] = []
    const leave = running
      .client()
      .subscribe(
        { query, variables: { rooms } },
        { next: ({ data }) => received.push(data?.moods), error: () => undefined, complete: () => undefined },
      )
    const listeners = (name: string) => redis.scard(`${namespace}live_instances:mood:${room}-${name}`)
    await eventually(async () => (await listeners('a')) === 1 && (await listeners('b')) === 1)
    assert.equal(await listeners('c'), 0)
    const mood = (name: string, seq: number, text: string) =>
      publisher.publish({ channel: `mood:${room}-${name}`, seq, epoch: 'e', data: JSON.stringify({ room: `${room}-${name}`, text }) })
    // Nothing tells when such a stream is open, so events are sent until one of each has come.
    let seq = 0
    await eventually(async () => {
      seq += 1
      await Promise.all([mood('a', seq, 'calm'), mood('b', seq, 'loud'), mood('c', seq, 'unheard')])
      return new Set(received.map((one) => JSON.stringify(one))).size === 2
    })
    assert.deepEqual(
      [...new Set(received.map((one) => JSON.stringify(one)))].sort(),
      [
        { room: `${room}-a`, text: 'calm' },
        { room: `${room}-b`, text: 'loud' },
      ].map((one) => JSON.stringify(one)),
    )
    leave()
    for (const none of [[], ['a:b'], ['']]) {
      await assert.rejects(
        watch(running.client(), null, query, { rooms: none }).next(),
        (errors) => codesOf(errors)[0] === 'BAD_USER_INPUT',
      )
    }
  })

  test('a subscription of what the schema says about itself is none', async () => {
    for (const query of ['subscription { __typename }', 'subscription { __schema { types { name } } }'])
      await assert.rejects(watch(running.client(), null, query).next(), (errors) => codesOf(errors)[0] === 'BAD_REQUEST')
  })
})
