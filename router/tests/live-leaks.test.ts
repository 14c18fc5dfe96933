import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import process from 'node:process'
import { after, describe, test } from 'node:test'
import { queryObjects } from 'node:v8'
import { eventually } from '@vibely/testkit/eventually'
import WebSocket from 'ws'
import { introduce, openAcknowledged, subscribeMessage } from './raw-socket.ts'
import { reviewEvent, runRouter } from './running.ts'

const CLIENTS = 2_000
const AT_ONCE = 50
const KEPT = 'subscription($room: ID!, $after: String) { roomReview(room: $room, after: $after) { phase note review { title } } }'
const PASSING = 'subscription($room: ID!) { mood(room: $room) { text } }'

describe('clients that come and go leave nothing behind', async () => {
  const running = await runRouter({ env: { SOCKETS_PER_ADDRESS: 100_000, SOCKETS_PER_SECOND: 100_000 } })
  after(() => running[Symbol.asyncDispose]())
  const { url, redis, namespace, publisher, world } = running
  const room = (number: number) => `leak${number % 7}`

  const kinds = ['timers', 'connections', 'sockets', 'abortSignals'] as const
  /** What the process holds: it must be no more when the clients are gone. */
  function held(): Record<(typeof kinds)[number], number> {
    const resources = process.getActiveResourcesInfo()
    const countOf = (kind: string) => resources.filter((one) => one === kind).length
    return {
      timers: countOf('Timeout'),
      connections: countOf('TCPSocketWrap') + countOf('TCPServerWrap'),
      sockets: queryObjects(WebSocket, { format: 'count' }),
      abortSignals: queryObjects(AbortController, { format: 'count' }),
    }
  }
  /** The channels for which the router is registered. */
  const registered = async () => (await redis.keys(`${namespace}live_instances:*`)).length

  async function many(come: (number: number) => Promise<void>): Promise<void> {
    for (let start = 0; start < CLIENTS; start += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => come(start + index)))
  }
  async function openStream(number: number, query: string) {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    const asked = request(`${url}/graphql`, { method: 'POST', headers, agent: false })
    asked.on('error', () => undefined).end(JSON.stringify({ query, variables: { room: room(number) } }))
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    response.on('error', () => undefined)
    return { response, leave: () => asked.destroy() }
  }

  const ways: Readonly<Record<string, (number: number) => Promise<void>>> = {
    async 'sockets that vanish from an open stream'(number) {
      const { socket, send, results } = await openAcknowledged(url)
      send(subscribeMessage('1', KEPT, { room: room(number) }))
      send(subscribeMessage('2', PASSING, { room: room(number) }))
      await eventually(() => results('1').length === 1)
      socket.terminate()
    },
    async 'sockets that vanish while a stream is being opened'(number) {
      const { socket, send, closed } = await introduce(url)
      send(subscribeMessage('1', KEPT, { room: room(number) }))
      socket.close()
      await closed
    },
    async 'sockets that end their operations themselves'(number) {
      const { socket, send, results } = await openAcknowledged(url)
      for (let i = 0; i < 5; i += 1) {
        send(subscribeMessage(`${i}`, KEPT, { room: room(number + i) }))
        await eventually(() => results(`${i}`).length === 1)
        send({ type: 'complete', id: `${i}` })
      }
      socket.terminate()
    },
    async 'cursors that are refused'(number) {
      const { socket, send, messages } = await openAcknowledged(url)
      send(subscribeMessage('1', KEPT, { room: `refused${number % 7}`, after: 'forged' }))
      await eventually(() => messages.some(({ type }) => type === 'error'))
      socket.terminate()
    },
    async 'event streams that vanish'(number) {
      const kept = await openStream(number, KEPT)
      await once(kept.response, 'data')
      kept.leave()
      const passing = await openStream(number, PASSING)
      passing.leave()
    },
  }

  test('no connection, timer, listener, group or registration', async () => {
    // What is made once and kept, such as plans and connections to Redis.
    for (const come of Object.values(ways)) await come(0)
    await eventually(async () => (await registered()) === 0)
    const before = held()
    for (const come of Object.values(ways)) await many(come)
    await eventually(async () => assert.equal(await registered(), 0))
    await eventually(() => {
      const now = held()
      // Less is no leak: a timer of the first clients may have been under way.
      for (const kind of kinds) assert.ok(now[kind] <= before[kind], `${now[kind]} ${kind}, of ${before[kind]} before`)
    })

    // A group that is left would complete this.
    world.calls.length = 0
    const witness = await openAcknowledged(url)
    witness.send(subscribeMessage('1', KEPT, { room: 'witness' }))
    await eventually(() => witness.results('1').length === 1)
    for (let number = 0; number < 7; number += 1) await publisher.publish(reviewEvent(1, { channel: `room:${room(number)}` }))
    await publisher.publish(reviewEvent(1, { channel: 'room:witness' }))
    await eventually(() => witness.results('1').length === 2)
    assert.equal(world.calls.length, 1)
    witness.socket.terminate()
  })
})
