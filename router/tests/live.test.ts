import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import type { Client } from 'graphql-ws'
import { publishSlowly, reviewEvent, runRouter, TOPOLOGIES } from './running.ts'
import { type ReviewEvent, seqOf, watch } from './watch.ts'

for (const topology of TOPOLOGIES) {
  describe(`live events, ${topology}`, async () => {
    const running = await runRouter({ topology })
    after(() => running[Symbol.asyncDispose]())
    const { credentials, publisher } = running
    const member = async (sub: string) => ({ client: running.client(await credentials.token({ sub })), channel: `reviews:${sub}` })

    test('an event is completed with fields of the other subgraphs, for its viewer', async () => {
      const { client, channel } = await member('p1')
      const stream = watch(client)
      assert.deepEqual(await stream.event().then(({ cursor, ...rest }) => rest), { phase: 'CAUGHT_UP', note: null, review: null })
      running.world.calls.length = 0
      await publisher.publish(reviewEvent(1, { channel, id: 'r2' }))
      const { cursor, ...event } = await stream.event()
      assert.deepEqual(event, { phase: 'LIVE', note: 'event 1', review: { title: 'Title r2', author: { name: 'Bruno', reviewCount: 7 } } })
      const askers = new Set(running.world.calls.map(({ caller }) => caller.viewer?.id))
      // What is the same for everyone may be read for nobody, to be kept.
      assert.ok(askers.has('p1') && [...askers].every((id) => id === 'p1' || id === undefined))
      await stream.end()
    })

    test('each object tells its type to a client that asks, as Apollo Client does', async () => {
      const { client, channel } = await member('p1')
      const query = 'subscription { reviewAdded { __typename phase review { __typename title author { __typename name } } } }'
      const stream = watch(client, null, query)
      assert.deepEqual(await stream.event(), { __typename: 'ReviewEvent', phase: 'CAUGHT_UP', review: null })
      await publisher.publish(reviewEvent(2, { channel, id: 'r2' }))
      assert.deepEqual(await stream.event(), {
        __typename: 'ReviewEvent',
        phase: 'LIVE',
        review: { __typename: 'Review', title: 'Title r2', author: { __typename: 'Person', name: 'Bruno' } },
      })
      await stream.end()
    })

    test('names that clients may give are no harm: of variables and of fields', async () => {
      const { client, channel } = await member('m9')
      const query = `subscription($representations: Boolean!) {
        reviewAdded { __proto__: phase review { toString: title(upper: $representations) __proto__: id } }
      }`
      const results = client.iterate({ query, variables: { representations: true } })
      const next = async () => JSON.stringify((await results.next()).value)
      assert.equal(await next(), '{"data":{"reviewAdded":{"__proto__":"CAUGHT_UP","review":null}}}')
      await publisher.publish(reviewEvent(1, { channel, id: 'r2' }))
      assert.equal(await next(), '{"data":{"reviewAdded":{"__proto__":"LIVE","review":{"toString":"TITLE r2","__proto__":"r2"}}}}')
      await results.return?.()
    })

    test('what fails about an event names the subgraph that failed, or none', async () => {
      const { client, channel } = await member('m10')
      const stream = watch(client, null, 'subscription { reviewAdded { review { id title } } }')
      await stream.event()
      await publisher.publish({ ...reviewEvent(1, { channel }), data: '{"review":{"__typename":"Review"}}' })
      const { errors } = await stream.next()
      assert.deepEqual(
        errors?.map(({ path, extensions }) => [path, extensions.service]),
        [[['reviewAdded', 'review'], undefined]],
      )
      await stream.end()
    })

    test('after a pause the cursor brings what was missed, once and in order', async () => {
      const { client, channel } = await member('m2')
      await publisher.publish(reviewEvent(1, { channel }), reviewEvent(2, { channel }))
      const first = watch(client)
      const { cursor } = await first.event()
      await first.end()
      await publisher.publish(...[3, 4, 5].map((seq) => reviewEvent(seq, { channel })))
      const second = watch(client, cursor)
      const events = [await second.event(), await second.event(), await second.event(), await second.event()]
      assert.deepEqual(
        events.map(({ phase }) => phase),
        ['REPLAY', 'REPLAY', 'REPLAY', 'CAUGHT_UP'],
      )
      assert.deepEqual(events.slice(0, 3).map(seqOf), [3, 4, 5])
      assert.equal(events[3]?.cursor, events[2]?.cursor)
      await publisher.publish(reviewEvent(6, { channel }))
      assert.equal((await second.event()).phase, 'LIVE')
      await second.end()
    })

    test('a member without events yet resumes from the beginning', async () => {
      const { client, channel } = await member('m3')
      const first = watch(client)
      const { cursor } = await first.event()
      await first.end()
      await publisher.publish(reviewEvent(1, { channel }))
      const second = watch(client, cursor)
      assert.deepEqual([(await second.event()).phase, (await second.event()).phase], ['REPLAY', 'CAUGHT_UP'])
      await second.end()
    })

    test('a forged cursor, and one of another member, are refused', async () => {
      const { client } = await member('m4')
      const other = watch((await member('m5')).client)
      const { cursor } = await other.event()
      for (const after of ['forged', cursor, '']) {
        await assert.rejects(watch(client, after).next(), (errors: { extensions: object }[]) => {
          assert.deepEqual(
            errors.map(({ extensions }) => extensions),
            [{ code: 'INVALID_CURSOR' }],
          )
          return true
        })
      }
      await other.end()
    })

    test('events that are no longer kept, or of another epoch, ask for a new start and then go on', async () => {
      const { client, channel } = await member('m6')
      await publisher.publish(reviewEvent(1, { channel }))
      const first = watch(client)
      const { cursor } = await first.event()
      await first.end()
      await publisher.publish(...[2, 3, 4].map((seq) => reviewEvent(seq, { channel })))
      await running.redis.xtrim(`${running.namespace}live:${channel}`, 'MAXLEN', 1)
      const second = watch(client, cursor)
      const resync = await second.event()
      assert.equal(resync.phase, 'RESYNC_REQUIRED')
      await publisher.publish(reviewEvent(5, { channel }))
      assert.deepEqual(await second.event().then((event) => [event.phase, seqOf(event)]), ['LIVE', 5])
      await second.end()

      await running.redis.del(`${running.namespace}live:${channel}`)
      await publisher.publish(reviewEvent(6, { channel, epoch: 'epoch-2' }))
      const third = watch(client, resync.cursor)
      assert.equal((await third.event()).phase, 'RESYNC_REQUIRED')
      await third.end()
    })

    test('an event that cannot be completed is sent with what there is, and the next one comes', async () => {
      const { client, channel } = await member('m7')
      const stream = watch(client)
      await stream.event()
      await publisher.publish(reviewEvent(1, { channel, id: 'gone' }))
      await running.redis.xadd(`${running.namespace}live:${channel}`, '2-0', 'epoch', 'epoch-1', 'data', '{broken')
      await publisher.publish(reviewEvent(3, { channel }))
      assert.deepEqual(await stream.event().then(({ note, review }) => ({ note, review })), { note: 'event 1', review: null })
      assert.equal(seqOf(await stream.event()), 3)
      await stream.end()
    })

    test('what is refused does not open a stream', async () => {
      const codes = async (client: Client, query: string) => {
        try {
          await watch(client, null, query).next()
          return null
        } catch (errors) {
          return (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code)
        }
      }
      assert.deepEqual(await codes(running.client(), 'subscription { reviewAdded { cursor } }'), ['UNAUTHENTICATED'])
      const poor = running.client(await credentials.token({ scope: 'nothing' }))
      assert.deepEqual(await codes(poor, 'subscription { reviewAdded { cursor } }'), ['INSUFFICIENT_SCOPE'])
      assert.deepEqual(await codes(poor, 'subscription { reviewAdded @include(if: true) { cursor } }'), ['BAD_REQUEST'])
      assert.deepEqual(await codes(poor, 'subscription { a: roomReview(room: "x") { cursor } b: roomReview(room: "y") { cursor } }'), [
        'BAD_REQUEST',
      ])
      assert.deepEqual(await codes(poor, 'subscription { roomReview(room: "a:b") { cursor } }'), ['BAD_USER_INPUT'])
    })

    test('a channel without replay sends what happens, and no phases', async () => {
      const stream = watch(running.client(), null, 'subscription { now: mood(room: "red") { kind: __typename room feeling: text } }')
      let received: unknown
      const first = stream.next().then((result) => {
        received = result
      })
      // Nothing tells when such a stream is open, so events are sent until one has come.
      for (let seq = 1; received === undefined; seq += 1) {
        await publisher.publish({ channel: 'mood:red', seq, epoch: 'e', data: JSON.stringify({ room: 'red', text: 'calm' }) })
        await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 25))])
      }
      assert.deepEqual(received, { data: { now: { kind: 'Mood', room: 'red', feeling: 'calm' } } })
      await stream.end()
    })
  })
}

/** Publishes events one by one in the background. */
test('a client that comes and goes while events are published gets each one once, in order', async () => {
  await using running = await runRouter()
  const token = await running.credentials.token()
  const count = 150
  const seen: number[] = []
  let stream = watch(running.client(token))
  let { cursor } = await stream.event()
  const publishing = publishSlowly(running.publisher, count)
  while (seen.at(-1) !== count) {
    // Leaves after a few events, in the middle of the replay or of the live part, and comes back on a new socket.
    for (let left = 1 + (seen.length % 17); left > 0 && seen.at(-1) !== count; left -= 1) {
      const event = await stream.event()
      cursor = event.cursor
      if (event.phase !== 'CAUGHT_UP') seen.push(seqOf(event))
      assert.notEqual(event.phase, 'RESYNC_REQUIRED')
    }
    await stream.end()
    stream = watch(running.client(token), cursor)
  }
  await stream.end()
  await publishing
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, index) => index + 1),
  )
})

test('cut connections to Redis lose no event', async () => {
  await using proxy = await openTcpProxy(servers().REDIS_URL)
  await using running = await runRouter({ redisUrl: proxy.url })
  const stream = watch(running.client(await running.credentials.token()))
  await stream.event()
  const count = 200
  const publishing = publishSlowly(running.publisher, count)
  let cuts = 0
  const cutting = setInterval(() => {
    proxy.cut()
    proxy.mend()
    cuts += 1
    if (cuts === 8) clearInterval(cutting)
  }, 100)
  const seen: number[] = []
  while (seen.length < count) {
    const event = await stream.event()
    assert.equal(event.phase, 'LIVE')
    seen.push(seqOf(event))
  }
  clearInterval(cutting)
  await publishing
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, index) => index + 1),
  )
  await stream.end()
})

test('a subgraph that is away while an event comes leaves its fields empty, and the stream goes on', async () => {
  await using running = await runRouter({ topology: 'distributed' })
  const stream = watch(running.client(await running.credentials.token()))
  await stream.event()
  await running.stop('people')
  await running.publisher.publish(reviewEvent(1))
  const { data, errors } = await stream.next()
  const review = (data?.reviewAdded as ReviewEvent | undefined)?.review
  assert.equal(review?.title, 'Title r1')
  assert.equal(review?.author, null)
  assert.deepEqual(
    errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]),
    [['reviewAdded.review.author.name', 'SUBGRAPH_UNAVAILABLE']],
  )
  await running.stop('reviews')
  await running.publisher.publish(reviewEvent(2))
  const second = await stream.next()
  assert.equal((second.data?.reviewAdded as ReviewEvent | undefined)?.note, 'event 2')
  assert.deepEqual(
    second.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]),
    [
      ['reviewAdded.review.title', 'SUBGRAPH_UNAVAILABLE'],
      ['reviewAdded.review.author', 'SUBGRAPH_UNAVAILABLE'],
    ],
  )
  await stream.end()
})

test('without Redis queries are answered, subscriptions say that they cannot, and the router closes', async () => {
  const proxy = await openTcpProxy(servers().REDIS_URL)
  await proxy[Symbol.asyncDispose]()
  await using running = await runRouter({ redisUrl: proxy.url })
  assert.equal((await running.ask('{ reviews { id } }')).status, 200)
  const refused = watch(running.client(await running.credentials.token())).next()
  await assert.rejects(refused, (errors: { extensions: object }[]) => {
    assert.deepEqual(
      errors.map(({ extensions }) => extensions),
      [{ code: 'SUBGRAPH_UNAVAILABLE' }],
    )
    return true
  })
  await running.close()
})
