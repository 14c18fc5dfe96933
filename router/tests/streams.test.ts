import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, beforeEach, describe, test } from 'node:test'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core'
import { publishRevocation } from '@vibely/kit/revocations'
import { eventually } from '@vibely/testkit/eventually'
import { createClient } from 'graphql-sse'
import { reviewEvent, runRouter } from './running.ts'

interface RoomReview {
  readonly phase: string
  readonly cursor: string
  readonly note: string | null
}
interface Result {
  readonly data?: { readonly roomReview?: RoomReview } | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

const QUERY = 'subscription($room: ID!, $after: String) { roomReview(room: $room, after: $after) { phase cursor note review { title } } }'

describe('streams over HTTP', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { credentials, publisher } = running
  const url = `${running.url}/graphql`
  let count = 0
  let room: string
  let channel: string
  beforeEach(() => {
    count += 1
    room = `stream${count}`
    channel = `room:${room}`
  })

  /** A subscription of the graphql-sse client, whose results are taken one by one. */
  function subscribe(client: ReturnType<typeof createClient>, variables: object = { room }, query = QUERY) {
    const results = client.iterate({ query, variables: { ...variables } })
    return {
      next: async () => (await results.next()).value as Result,
      event: async () => {
        const { value } = (await results.next()) as { value: Result }
        assert.equal(value.errors, undefined)
        assert.ok(value.data?.roomReview)
        return value.data.roomReview
      },
      isOver: async () => (await results.next()).done === true,
      end: async () => void (await results.return?.()),
    }
  }

  for (const singleConnection of [false, true]) {
    const mode = singleConnection ? 'a single connection' : 'distinct connections'
    test(`graphql-sse subscribes over ${mode}`, async () => {
      const client = createClient({ url, singleConnection, retryAttempts: 0 })
      const one = subscribe(client)
      const other = subscribe(client, { room: `${room}-other` })
      assert.deepEqual([(await one.event()).phase, (await other.event()).phase], ['CAUGHT_UP', 'CAUGHT_UP'])
      await publisher.publish(reviewEvent(1, { channel }), reviewEvent(2, { channel }))
      const { cursor, ...event } = await one.event()
      assert.deepEqual(event, { phase: 'LIVE', note: 'event 1', review: { title: 'Title r1' } })
      assert.equal((await one.event()).note, 'event 2')
      await one.end()
      const resumed = subscribe(client, { room, after: cursor })
      const replayed = await resumed.event()
      assert.deepEqual([replayed.phase, replayed.note], ['REPLAY', 'event 2'])
      await publisher.publish(reviewEvent(1, { channel: `${channel}-other` }))
      assert.equal((await other.event()).phase, 'LIVE')
      await Promise.all([other.end(), resumed.end()])
      client.dispose()
    })

    test(`queries, mutations and refusals come over ${mode}`, async () => {
      const token = await credentials.token()
      const client = createClient({ url, singleConnection, retryAttempts: 0, headers: { authorization: `Bearer ${token}` } })
      const me = subscribe(client, {}, '{ me { id email } }')
      assert.deepEqual(await me.next(), { data: { me: { id: 'p1', email: 'p1@example.org' } } })
      assert.ok(await me.isOver())
      const renamed = subscribe(client, {}, 'mutation { rename(name: "Countess") { name } }')
      assert.deepEqual(await renamed.next(), { data: { rename: { name: 'Countess' } } })
      const refused = subscribe(client, {}, '{ nope }')
      assert.deepEqual(
        (await refused.next()).errors?.map(({ extensions }) => extensions?.code),
        ['BAD_REQUEST'],
      )
      assert.ok(await refused.isOver())
      client.dispose()
    })
  }

  /** A response that stays open, as it comes. */
  async function open(headers: Record<string, string>, body?: object, search = '') {
    const asked = request(`${url}${search}`, {
      method: body ? 'POST' : 'GET',
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    })
    asked.end(body && JSON.stringify(body))
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    const closed = new Promise((resolve) => response.on('close', resolve))
    response.on('error', () => undefined)
    return { response, closed, text: () => text, leave: () => asked.destroy() }
  }
  const EVENTS = { accept: 'text/event-stream' }
  const idsIn = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '')

  test('an event is named by its cursor, and Last-Event-ID wins over the argument of the old URL', async () => {
    const search = `?query=${encodeURIComponent(QUERY)}&variables=${encodeURIComponent(JSON.stringify({ room }))}`
    const first = await open(EVENTS, undefined, search)
    assert.equal(first.response.headers['content-type'], 'text/event-stream; charset=utf-8')
    // A proxy that waits for more would hold events back.
    assert.deepEqual(
      [first.response.headers['x-accel-buffering'], first.response.headers['cache-control']],
      ['no', 'no-store, no-transform'],
    )
    await eventually(() => idsIn(first.text()).length === 1)
    await publisher.publish(reviewEvent(1, { channel }), reviewEvent(2, { channel }))
    await eventually(() => idsIn(first.text()).length === 3)
    first.leave()
    const [start, one] = idsIn(first.text())
    const again = await open({ ...EVENTS, 'last-event-id': one ?? '' }, { query: QUERY, variables: { room, after: start } })
    await eventually(() => again.text().includes('CAUGHT_UP'))
    assert.deepEqual([...again.text().matchAll(/event \d/g)].map(String), ['event 2'])
    again.leave()
  })

  test('a heartbeat comes within ten seconds, of either kind', async () => {
    const body = { query: QUERY, variables: { room } }
    const events = await open(EVENTS, body)
    const parts = await open({ accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' }, body)
    await eventually(() => assert.match(events.text(), /^:\n\n[\s\S]+^:\n\n/m))
    await eventually(() => assert.match(parts.text(), /\r\n\r\n\{\}\r\n--graphql/))
    events.leave()
    parts.leave()
  })

  test('a stream ends with the session of its token, and says so', async () => {
    const authorization = `Bearer ${await credentials.token({ sid: 'session_of_streams' })}`
    const body = { query: 'subscription { reviewAdded { phase } }' }
    const events = await open({ ...EVENTS, authorization }, body)
    const parts = await open({ accept: 'multipart/mixed;subscriptionSpec="1.0"', authorization }, body)
    await eventually(() => events.text().includes('CAUGHT_UP') && parts.text().includes('CAUGHT_UP'))
    await publishRevocation(running.redis, running.namespace, 'session_of_streams', 360)
    await Promise.all([events.closed, parts.closed])
    assert.match(events.text(), /event: next\ndata: \{"errors":\[.*"UNAUTHENTICATED".*\n\nevent: complete\ndata:\n\n$/)
    assert.match(parts.text(), /\{"payload":null,"errors":\[.*"UNAUTHENTICATED".*\r\n--graphql--\r\n$/)
  })

  test('a session that ends while its client is slow to say what he wants opens no stream', async () => {
    const authorization = `Bearer ${await credentials.token({ sid: 'session_slow' })}`
    const body = JSON.stringify({ query: QUERY, variables: { room } })
    const headers = { authorization, accept: 'text/event-stream', 'content-type': 'application/json', 'content-length': body.length }
    const slow = request(url, { method: 'POST', headers: { ...headers, expect: '100-continue' } })
    slow.flushHeaders()
    // By then the headers have been read.
    await once(slow, 'continue')
    await running.ask('{ __typename }')
    const other = request(url, { method: 'POST', headers }).end(body)
    const [opened] = (await once(other, 'response')) as [IncomingMessage]
    await publishRevocation(running.redis, running.namespace, 'session_slow', 600)
    await once(opened.resume(), 'end')
    slow.end(body)
    const [answer] = (await once(slow, 'response')) as [IncomingMessage]
    assert.equal(answer.statusCode, 401)
    answer.resume()
  })

  test('what cannot be a stream is refused before one begins', async () => {
    const codes = async (headers: Record<string, string>, body?: object, search?: string) => {
      const { response, text, closed } = await open(headers, body, search)
      await closed
      return [response.statusCode, JSON.parse(text()).errors[0].extensions.code]
    }
    assert.deepEqual(await codes({ ...EVENTS, authorization: 'Bearer nonsense' }, { query: '{ me { id } }' }), [401, 'UNAUTHENTICATED'])
    assert.deepEqual(await codes({ ...EVENTS, origin: 'https://evil.example' }, { query: '{ me { id } }' }), [403, 'FORBIDDEN'])
    assert.deepEqual(await codes({ ...EVENTS, 'x-graphql-event-stream-token': 'nobody' }), [404, 'BAD_REQUEST'])
    const mutation = await open(EVENTS, undefined, `?query=${encodeURIComponent('mutation { rename(name: "x") { id } }')}`)
    await mutation.closed
    assert.match(mutation.text(), /A mutation is not sent by GET/)
  })

  test("a single connection is its user's alone", async () => {
    const authorization = `Bearer ${await credentials.token()}`
    const token = await (await fetch(url, { method: 'PUT', headers: { authorization } })).text()
    const stream = await open({ ...EVENTS, authorization, 'x-graphql-event-stream-token': token })
    const run = async (id: string, bearer: string) => {
      const body = JSON.stringify({ query: QUERY, variables: { room }, extensions: { operationId: id } })
      const headers = { 'content-type': 'application/json', authorization: bearer, 'x-graphql-event-stream-token': token }
      return (await fetch(url, { method: 'POST', headers, body })).status
    }
    assert.equal(await run('1', `Bearer ${await credentials.token({ sub: 'p2' })}`), 403)
    assert.equal(await run('1', authorization), 202)
    assert.equal(await run('1', authorization), 409)
    await eventually(() => stream.text().includes('{"id":"1","payload":{"data":{"roomReview":{"phase":"CAUGHT_UP"'))
    assert.deepEqual(idsIn(stream.text()), [])
    assert.equal((await open({ ...EVENTS, authorization, 'x-graphql-event-stream-token': token })).response.statusCode, 409)
    stream.leave()
  })

  test('Apollo Client subscribes by its HTTP link alone', async () => {
    const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url }) })
    const query = gql('subscription($room: ID!) { roomReview(room: $room) { phase note review { id title author { id name } } } }')
    const received: unknown[] = []
    const subscription = client.subscribe<{ roomReview: unknown }>({ query, variables: { room } }).subscribe({
      next: ({ data, error }) => received.push(error ?? data?.roomReview),
    })
    await eventually(() => received.length === 1)
    await publisher.publish(reviewEvent(1, { channel, id: 'r2' }))
    await eventually(() => received.length === 2)
    assert.deepEqual(received, [
      { __typename: 'ReviewEvent', phase: 'CAUGHT_UP', note: null, review: null },
      {
        __typename: 'ReviewEvent',
        phase: 'LIVE',
        note: 'event 1',
        review: { __typename: 'Review', id: 'r2', title: 'Title r2', author: { __typename: 'Person', id: 'p2', name: 'Bruno' } },
      },
    ])
    subscription.unsubscribe()
    client.stop()
  })

  test('clients of all transports get one event from one completion', async () => {
    const body = { query: QUERY, variables: { room } }
    const events = await open(EVENTS, body)
    const parts = await open({ accept: 'multipart/mixed;subscriptionSpec=1.0' }, body)
    const socket = running.client().iterate<{ roomReview: RoomReview }>(body)
    await socket.next()
    await eventually(() => events.text().includes('CAUGHT_UP') && parts.text().includes('CAUGHT_UP'))
    running.world.calls.length = 0
    await publisher.publish(reviewEvent(1, { channel, id: 'r3' }))
    const { value } = await socket.next()
    const text = JSON.stringify(value)
    await eventually(() => events.text().includes(`data: ${text}\n\n`) && parts.text().includes(`{"payload":${text}}\r\n--graphql`))
    assert.equal(running.world.calls.length, 1)
    events.leave()
    parts.leave()
    await socket.return?.()
  })

  test('a restart ends the streams without completing them, so that clients come back', async () => {
    const other = await runRouter()
    const events = await fetch(`${other.url}/graphql`, {
      method: 'POST',
      headers: { ...EVENTS, 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUERY, variables: { room } }),
    })
    const text = events.text()
    await other.close()
    assert.doesNotMatch(await text, /event: complete/)
    await other[Symbol.asyncDispose]()
  })
})
