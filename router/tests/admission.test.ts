import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { introduce, isLetIn, openAcknowledged, type RawSocket, upgradeStatus } from './raw-socket.ts'
import { runRouter } from './running.ts'

const EVENTS = { accept: 'text/event-stream', 'content-type': 'application/json' }
const BODY = JSON.stringify({ query: 'subscription { roomReview(room: "crowd") { phase } }' })

/** An event stream that was let in, or the status with which it was not. */
async function openStream(url: string, headers: Record<string, string> = {}) {
  const asked = request(`${url}/graphql`, { method: 'POST', headers: { ...EVENTS, ...headers } })
  asked.on('error', () => undefined).end(BODY)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.on('error', () => undefined).resume()
  return { status: response.statusCode, headers: response.headers, leave: () => asked.destroy() }
}

describe('how many live connections a router takes', async () => {
  const running = await runRouter({ env: { SOCKETS_PER_USER: 3, SOCKETS_PER_ADDRESS: 5, TRUSTED_PROXIES: ['127.0.0.1'] } })
  after(() => running[Symbol.asyncDispose]())
  const { url, credentials } = running
  /** As a proxy forwards it. */
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  test('of one user three, over sockets and event streams together, from wherever; a place that is left is free', async () => {
    const token = await credentials.token({ sub: 'crowd' })
    const [one, two] = await Promise.all([openAcknowledged(url, token, from('192.0.2.1')), openAcknowledged(url, token, from('192.0.2.2'))])
    const authorization = { authorization: `Bearer ${token}` }
    const stream = await openStream(url, { ...authorization, ...from('192.0.2.3').headers })
    assert.equal(stream.status, 200)

    const fourth = await introduce(url, token, from('192.0.2.4'))
    assert.equal(await fourth.closed, 1013)
    const refused = await openStream(url, { ...authorization, ...from('192.0.2.4').headers })
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1'])
    const another = await openAcknowledged(url, await credentials.token({ sub: 'alone' }), from('192.0.2.4'))

    stream.leave()
    const again = await eventually(async () => {
      const socket = await introduce(url, token, from('192.0.2.4'))
      return (await isLetIn(socket)) && socket
    })
    for (const { socket } of [one, two, another, again]) socket.terminate()
  })

  test('one address reserves a hundred event streams at most, and nobody else waits for it', async () => {
    const reserve = async (address: string) => {
      const { status, headers } = await fetch(`${url}/graphql`, { method: 'PUT', ...from(address) })
      return [status, headers.get('retry-after')]
    }
    const answers = await Promise.all(Array.from({ length: 101 }, () => reserve('198.51.100.9')))
    assert.equal(answers.filter(([status]) => status === 201).length, 100)
    assert.deepEqual(await reserve('198.51.100.9'), [429, '1'])
    assert.deepEqual(await reserve('198.51.100.10'), [201, null])
  })

  test('of one address five, as the trusted proxy names it; the next are answered 429 ahead of the upgrade', async () => {
    const sockets: RawSocket[] = []
    for (let i = 0; i < 5; i += 1) sockets.push(await openAcknowledged(url, undefined, from('198.51.100.1')))
    // What the client claims ahead of the proxy's word counts for nothing.
    assert.equal(await upgradeStatus(url, from('203.0.113.9, 198.51.100.1')), 429)
    assert.equal((await openStream(url, from('198.51.100.1').headers)).status, 429)
    assert.equal(await upgradeStatus(url, from('198.51.100.2')), 101)
    sockets[0]?.socket.terminate()
    await eventually(async () => (await upgradeStatus(url, from('198.51.100.1'))) === 101)
    for (const { socket } of sockets) socket.terminate()
  })

  test('a handshake that fails gives its place back', async () => {
    for (let i = 0; i < 20; i += 1) {
      const asked = request(`${url}/graphql`, {
        headers: { ...from('198.51.100.9').headers, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      })
      const [response] = (await once(asked.end(), 'response')) as [IncomingMessage]
      assert.equal(response.resume().statusCode, 400)
    }
    assert.equal(await upgradeStatus(url, from('198.51.100.9')), 101)
  })
})

test('without a trusted proxy the forwarded address is a claim: the peer is counted', async () => {
  await using running = await runRouter({ env: { SOCKETS_PER_ADDRESS: 2 } })
  const sockets = [await openAcknowledged(running.url), await openAcknowledged(running.url)]
  assert.equal(await upgradeStatus(running.url, { headers: { 'x-forwarded-for': '192.0.2.1' } }), 429)
  for (const { socket } of sockets) socket.terminate()
})

test('of a herd so many are let in a second as is set; who comes too early is told, and is let in later', async () => {
  await using running = await runRouter({ env: { SOCKETS_PER_SECOND: 1 } })
  const first = await Promise.all(Array.from({ length: 40 }, () => upgradeStatus(running.url)))
  assert.deepEqual([...new Set(first)].sort(), [101, 429])
  await eventually(async () => (await upgradeStatus(running.url)) === 101)
})
