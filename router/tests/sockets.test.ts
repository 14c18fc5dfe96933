import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, describe, test } from 'node:test'
import { publishRevocation } from '@vibely/kit/revocations'
import { eventually } from '@vibely/testkit/eventually'
import type WebSocket from 'ws'
import { openAcknowledged as acknowledged, isLetIn, openSocket, subscribeMessage, upgradeStatus } from './raw-socket.ts'
import { reviewEvent, runRouter } from './running.ts'

describe('sockets', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { credentials, publisher } = running
  const open = (options?: WebSocket.ClientOptions) => openSocket(running.url, options)
  const openAcknowledged = (token?: string) => acknowledged(running.url, token)
  const subscribe = subscribeMessage

  test('queries and mutations run over a socket', async () => {
    const { send, messages, socket } = await openAcknowledged(await credentials.token())
    send(subscribe('1', '{ me { name email } }'))
    await eventually(() => messages.some(({ id, type }) => id === '1' && type === 'complete'))
    send(subscribe('2', 'mutation { rename(name: "Countess") { name } }'))
    await eventually(() => messages.some(({ id, type }) => id === '2' && type === 'complete'))
    const results = messages.filter(({ type }) => type === 'next').map(({ payload }) => payload)
    assert.deepEqual(results, [{ data: { me: { name: 'Ada', email: 'p1@example.org' } } }, { data: { rename: { name: 'Countess' } } }])
    socket.close()
  })

  test('an operation that is refused or fails says so with its code', async () => {
    const { send, messages, socket } = await openAcknowledged()
    send(subscribe('1', '{ nope }'))
    send(subscribe('2', '{ broken }'))
    send(subscribe('3', '{ me { id } }'))
    await eventually(() => messages.filter(({ type }) => type === 'complete').length === 2)
    const errorsOf = (id: string) => {
      const payload = messages.find((message) => message.id === id && message.type !== 'complete')?.payload as
        | { errors?: object[] }
        | object[]
      return ('errors' in payload ? payload.errors : (payload as object[]))?.map(
        (error) => (error as { extensions: { code: string } }).extensions.code,
      )
    }
    assert.deepEqual([errorsOf('1'), errorsOf('2'), errorsOf('3')], [['BAD_REQUEST'], ['INTERNAL'], ['UNAUTHENTICATED']])
    assert.doesNotMatch(JSON.stringify(messages), /10\.0\.0\.1/)
    socket.close()
  })

  test('a bad token closes with 4403, an unasked subscribe with 4401, silence with 4408, nonsense with 4400', async () => {
    const bad = open()
    await once(bad.socket, 'open')
    bad.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } })
    const early = open()
    await once(early.socket, 'open')
    early.send(subscribe('1', '{ reviews { id } }'))
    const silent = open()
    const nonsense = open()
    await once(nonsense.socket, 'open')
    nonsense.socket.send('{')
    assert.deepEqual(await Promise.all([bad.closed, early.closed, silent.closed, nonsense.closed]), [4403, 4401, 4408, 4400])
  })

  test('a token in the address lets nobody in as somebody: addresses stand in logs', async () => {
    const token = await credentials.token()
    const connection = openSocket(running.url, {}, `?token=${token}&authorization=${encodeURIComponent(`Bearer ${token}`)}`)
    await once(connection.socket, 'open')
    connection.send({ type: 'connection_init' })
    assert.ok(await isLetIn(connection))
    connection.send(subscribe('1', '{ me { id } }'))
    await eventually(() => connection.results('1').length === 1)
    assert.match(JSON.stringify(connection.results('1')), /"UNAUTHENTICATED"/)
    connection.socket.close()
  })

  test('a second introduction closes with 4429, a second operation of the same name with 4409', async () => {
    const twice = await openAcknowledged()
    twice.send({ type: 'connection_init' })
    const same = await openAcknowledged()
    for (let i = 0; i < 2; i += 1) same.send(subscribe('1', 'subscription { roomReview(room: "same") { phase } }'))
    assert.deepEqual(await Promise.all([twice.closed, same.closed]), [4429, 4409])
  })

  test('a message above 64 KB closes with 1009', async () => {
    const { send, closed } = await openAcknowledged()
    send(subscribe('1', `{ reviews { id } } #${'x'.repeat(70_000)}`))
    assert.equal(await closed, 1009)
  })

  test('a foreign origin is refused before the upgrade; a listed one and the own are let in', async () => {
    const statusOf = (origin: string) => upgradeStatus(running.url, { origin })
    assert.deepEqual(
      await Promise.all(['https://evil.example', 'null', 'https://app.example', running.url].map(statusOf)),
      [403, 403, 101, 101],
    )
  })

  test('a refused upgrade holds no connection, and harms nobody when its client resets it', async () => {
    const { hostname, port } = new URL(running.url)
    const refused = async () => {
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on('error', () => undefined)
      await once(socket, 'connect')
      socket.write('GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
      return socket
    }
    for (let count = 0; count < 20; count += 1) (await refused()).resetAndDestroy()
    const kept = await refused()
    kept.resume()
    await once(kept, 'end')
    // Nothing but an end on both sides lets a write fail.
    await eventually(() => {
      if (!kept.destroyed) kept.write('x')
      return kept.destroyed
    })
    assert.equal(await upgradeStatus(running.url), 101)
  })

  test('a socket ends with the session of its token', async () => {
    const { closed } = await openAcknowledged(await credentials.token({ sid: 'session_to_revoke' }))
    await publishRevocation(running.redis, running.namespace, 'session_to_revoke', 360)
    assert.equal(await closed, 4403)
    const again = open()
    await once(again.socket, 'open')
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${await credentials.token({ sid: 'session_to_revoke' })}` } })
    assert.equal(await again.closed, 4403)
  })

  test('a client who does not take the end of his session for one changes nothing any more', async () => {
    const token = await credentials.token({ sid: 'session_deaf' })
    const rename = (id: string, name: string) => subscribe(id, 'mutation($name: String!) { rename(name: $name) { name } }', { name })
    const [deaf, other] = [await openAcknowledged(token), await openAcknowledged(token)]
    deaf.send(rename('1', 'Before'))
    await eventually(() => deaf.results('1').length === 1)
    // He does not see that he is told to go, so he does not.
    deaf.socket.pause()
    await publishRevocation(running.redis, running.namespace, 'session_deaf', 600)
    assert.equal(await other.closed, 4403)
    deaf.send(rename('2', 'After'))
    deaf.socket.resume()
    assert.equal(await deaf.closed, 4403)
    const { body } = await running.ask('{ person(id: "p1") { name } }')
    assert.deepEqual(body.data, { person: { name: 'Before' } })
  })

  test('a socket ends with its token, leeway included', async () => {
    const { closed } = await openAcknowledged(await credentials.token({ expiresIn: -28 }))
    assert.equal(await closed, 4403)
  })

  test('a socket carries at most fifty operations', async () => {
    const { send, messages, socket } = await openAcknowledged()
    for (let i = 0; i <= 50; i += 1) send(subscribe(String(i), `subscription { roomReview(room: "r${i}") { phase } }`))
    await eventually(() => messages.filter(({ type }) => type === 'next').length === 50)
    await eventually(() => messages.some(({ type }) => type === 'error'))
    assert.deepEqual(
      messages.filter(({ type }) => type === 'error').map(({ id }) => id),
      ['50'],
    )
    socket.close()
  })

  test('clients that leave without a word are forgotten', async () => {
    const token = await credentials.token({ sub: 'p9' })
    const connections = await Promise.all(Array.from({ length: 50 }, () => openAcknowledged(token)))
    for (const { send } of connections) send(subscribe('1', 'subscription { reviewAdded { phase } }'))
    await eventually(() => connections.every(({ messages }) => messages.some(({ type }) => type === 'next')))
    const listeners = () => running.redis.scard(`${running.namespace}live_instances:reviews:p9`)
    assert.equal(await listeners(), 1)
    for (const { socket } of connections) socket.terminate()
    await eventually(async () => (await listeners()) === 0)
  })

  test('a client that does not read is closed with 1013, and can come back with its cursor', async () => {
    const { send, messages, closed, socket } = await openAcknowledged(await credentials.token({ sub: 'p8' }))
    send(subscribe('1', 'subscription { reviewAdded { cursor note } }'))
    await eventually(() => messages.some(({ type }) => type === 'next'))
    socket.pause()
    const note = 'x'.repeat(50_000)
    for (let page = 0; page < 40; page += 1) {
      await publisher.publish(...Array.from({ length: 20 }, (_, i) => reviewEvent(page * 20 + i + 1, { channel: 'reviews:p8', note })))
    }
    socket.resume()
    assert.equal(await closed, 1013)
    const last = messages.filter(({ type }) => type === 'next').at(-1)?.payload as { data: { reviewAdded: { cursor: string } } }
    const results = running.client(await credentials.token({ sub: 'p8' })).iterate({
      query: 'subscription($after: String) { reviewAdded(after: $after) { phase note } }',
      variables: { after: last.data.reviewAdded.cursor },
    })
    let replayed = 0
    for await (const { data } of results) {
      if ((data?.reviewAdded as { phase: string } | undefined)?.phase === 'CAUGHT_UP') break
      replayed += 1
    }
    assert.equal(replayed + messages.filter(({ type }) => type === 'next').length - 1, 800)
  })

  test('a restart closes with 1012', async () => {
    const other = await runRouter()
    const client = other.client(undefined, { lazy: false, onNonLazyError: () => {} })
    const closed = new Promise<number>((resolve) => client.on('closed', (event) => resolve((event as { code: number }).code)))
    await new Promise<void>((resolve) => void client.on('connected', () => resolve()))
    await other.close()
    assert.equal(await closed, 1012)
    await other[Symbol.asyncDispose]()
  })
})
