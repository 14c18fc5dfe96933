import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { publishRevocation } from '@vibely/kit/revocations'
import { eventually } from '@vibely/testkit/eventually'
import { openAcknowledged, type RawSocket, subscribeMessage } from './raw-socket.ts'
import { reviewEvent, runRouter } from './running.ts'

// Beside the leeway of thirty seconds there are three left.
const SHORT = -27
const OWN = 'subscription { reviewAdded { phase note } }'
const ROOM = 'subscription($room: ID!) { roomReview(room: $room) { phase note review { author { address } } } }'

describe('a fresh token on an open connection', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { credentials, publisher } = running
  const open = (token: string) => openAcknowledged(running.url, token)
  const renew = (socket: RawSocket, token: string) => socket.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } })
  const isLive = (socket: RawSocket, id: string, note: string) => JSON.stringify(socket.results(id)).includes(`"${note}"`)

  test('keeps a socket open past the end of the first one, and is not repeated in the answer', async () => {
    const sub = 'fresh1'
    const [renewed, left] = await Promise.all([0, 1].map(async () => open(await credentials.token({ sub, expiresIn: SHORT }))))
    assert.ok(renewed && left)
    renewed.send(subscribeMessage('1', OWN))
    await eventually(() => renewed.results('1').length === 1)
    renew(renewed, await credentials.token({ sub }))
    await eventually(() => renewed.messages.some(({ type }) => type === 'pong'))
    assert.deepEqual(
      renewed.messages.filter(({ type }) => type === 'pong'),
      [{ type: 'pong' }],
    )
    // The same token without a fresh one has ended meanwhile.
    assert.equal(await left.closed, 4403)
    await publisher.publish(reviewEvent(1, { channel: `reviews:${sub}` }))
    await eventually(() => isLive(renewed, '1', 'event 1'))
    renewed.socket.close()
  })

  test("another user's, and one that is not good, close the socket with 4403", async () => {
    const sockets = await Promise.all([0, 1, 2].map(async () => open(await credentials.token({ sub: 'fresh2' }))))
    const tokens = [await credentials.token({ sub: 'somebody' }), 'nonsense', await credentials.token({ sub: 'fresh2', expiresIn: -60 })]
    for (const [index, socket] of sockets.entries()) renew(socket, tokens[index] ?? '')
    assert.deepEqual(await Promise.all(sockets.map(({ closed }) => closed)), [4403, 4403, 4403])
  })

  test('of another session: revoking the first one does nothing any more, revoking the fresh one closes the socket', async () => {
    const socket = await open(await credentials.token({ sub: 'fresh3', sid: 'fresh3_first' }))
    socket.send(subscribeMessage('1', OWN))
    await eventually(() => socket.results('1').length === 1)
    renew(socket, await credentials.token({ sub: 'fresh3', sid: 'fresh3_second' }))
    await eventually(() => socket.messages.some(({ type }) => type === 'pong'))
    const witness = await open(await credentials.token({ sub: 'fresh3', sid: 'fresh3_first' }))
    await publishRevocation(running.redis, running.namespace, 'fresh3_first', 360)
    assert.equal(await witness.closed, 4403)
    await publisher.publish(reviewEvent(1, { channel: 'reviews:fresh3' }))
    await eventually(() => isLive(socket, '1', 'event 1'))
    await publishRevocation(running.redis, running.namespace, 'fresh3_second', 360)
    assert.equal(await socket.closed, 4403)
  })

  test('with fewer rights: what needs the others ends, and of the rest only the fields that it may not have are empty', async () => {
    const [sub, room] = ['fresh4', 'fresh4']
    const socket = await open(await credentials.token({ sub, scope: 'people:read address:read' }))
    socket.send(subscribeMessage('own', OWN))
    socket.send(subscribeMessage('room', ROOM, { room }))
    await eventually(() => socket.results('own').length === 1 && socket.results('room').length === 1)
    await publisher.publish(reviewEvent(1, { channel: `room:${room}` }))
    await eventually(() => JSON.stringify(socket.results('room')).includes('Road 1'))
    renew(socket, await credentials.token({ sub, scope: 'nothing' }))
    await eventually(() => socket.messages.some(({ id, type }) => id === 'own' && type === 'error'))
    const refused = socket.messages.find(({ id, type }) => id === 'own' && type === 'error')?.payload
    assert.match(JSON.stringify(refused), /"code":"FORBIDDEN"/)
    await publisher.publish(reviewEvent(2, { channel: `room:${room}` }))
    await eventually(() => isLive(socket, 'room', 'event 2'))
    const last = socket.results('room').at(-1) as { data: { roomReview: { review: object } }; errors: { extensions: { code: string } }[] }
    assert.deepEqual(last.data.roomReview.review, { author: { address: null } })
    assert.deepEqual(
      last.errors.map(({ extensions }) => extensions.code),
      ['INSUFFICIENT_SCOPE'],
    )
    socket.socket.close()
  })

  test('comes with any request about a single event stream', async () => {
    const sub = 'fresh5'
    const url = `${running.url}/graphql`
    const short = `Bearer ${await credentials.token({ sub, expiresIn: SHORT })}`
    const stream = async () => {
      const token = await (await fetch(url, { method: 'PUT', headers: { authorization: short } })).text()
      const headers = { authorization: short, accept: 'text/event-stream', 'x-graphql-event-stream-token': token }
      return { token, text: fetch(url, { headers }).then((response) => response.text()) }
    }
    const run = async (token: string, authorization: string) => {
      const headers = { authorization, 'content-type': 'application/json', 'x-graphql-event-stream-token': token }
      const body = JSON.stringify({ query: OWN, extensions: { operationId: '1' } })
      return eventually(async () => (await fetch(url, { method: 'POST', headers, body })).status === 202)
    }
    const [renewed, left] = [await stream(), await stream()]
    await run(left.token, short)
    await run(renewed.token, `Bearer ${await credentials.token({ sub, sid: 'fresh5' })}`)
    assert.match(await left.text, /TOKEN_EXPIRED/)
    await publishRevocation(running.redis, running.namespace, 'fresh5', 360)
    assert.match(await renewed.text, /UNAUTHENTICATED/)
  })
})
