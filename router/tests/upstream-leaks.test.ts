import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { queryObjects } from 'node:v8'
import { eventually } from '@vibely/testkit/eventually'
import { type WebSocket, WebSocketServer } from 'ws'
import { openUpstreams } from '../src/live/upstream.ts'
import { silent } from './federation/harness.ts'

/** What a subgraph is told of a client: whatever keeps a socket for it keeps this. */
class Told {
  readonly [name: string]: string
  readonly authorization = `Bearer ${randomUUID()}`
}
const CREDENTIALS = 20

describe('sockets of subgraphs that are gone', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' })
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let onInit: (socket: WebSocket) => void
  server.on('connection', (socket) => socket.once('message', () => onInit(socket)))
  const letIn = (socket: WebSocket) => socket.send(JSON.stringify({ type: 'connection_ack' }))
  const upstreams = openUpstreams(silent)
  after(async () => {
    await upstreams[Symbol.asyncDispose]()
    for (const socket of server.clients) socket.terminate()
    server.close()
  })

  function listenAs(headers: Told, onReset = () => {}, from = upstreams) {
    const feed = from.feed({ url, headers, query: 'subscription { told }', variables: {} })
    return feed.listen({ onEvent: () => {}, onReset, onEnd: () => {} })
  }
  const all = <T>(one: (told: Told) => Promise<T>) => Promise.all(Array.from({ length: CREDENTIALS }, () => one(new Told())))
  const kept = () => queryObjects(Told, { format: 'count' })

  test('nothing is kept for credentials that the subgraph refuses', async () => {
    onInit = (socket) => socket.close(4401, 'Unauthorized')
    await all((told) => assert.rejects(listenAs(told)))
    await eventually(() => assert.equal(kept(), 0))
  })

  test('nothing is kept for credentials of clients who leave while a lost socket is about to be opened again', async () => {
    onInit = letIn
    const lost = Promise.withResolvers<void>()
    let count = 0
    const listening = await all((told) =>
      listenAs(told, () => {
        count += 1
        if (count === CREDENTIALS) lost.resolve()
      }),
    )
    for (const socket of server.clients) socket.terminate()
    await lost.promise
    await Promise.all(listening.map((one) => one[Symbol.asyncDispose]()))
    listening.length = 0
    await eventually(() => assert.equal(kept(), 0))
  })
  test('a router ends in order while one is about to be opened again', async () => {
    onInit = letIn
    const ending = openUpstreams(silent)
    const lost = Promise.withResolvers<void>()
    const listening = await listenAs(new Told(), lost.resolve, ending)
    for (const socket of server.clients) socket.terminate()
    await lost.promise
    await listening[Symbol.asyncDispose]()
    // By now it waits.
    await setImmediate()
    await ending[Symbol.asyncDispose]()
  })
})
