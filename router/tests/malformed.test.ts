import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { FAULTS, type FaultCode } from '@vibely/kit/errors'
import { type Message, openAcknowledged, openSocket } from './raw-socket.ts'
import { runRouter } from './running.ts'

const DEEP = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) as unknown
const VALUES: readonly unknown[] = [
  null,
  0,
  -1.5,
  1e300,
  true,
  false,
  '',
  'text',
  '\u0000',
  '{}',
  [],
  [1],
  [null],
  {},
  { a: 1 },
  { toString: 1 },
  DEEP,
]

/** Where a request has a value of its own kind. */
const PLACES = [
  ['query'],
  ['operationName'],
  ['variables'],
  ['variables', 'room'],
  ['documentId'],
  ['id'],
  ['extensions'],
  ['extensions', 'persistedQuery'],
  ['extensions', 'persistedQuery', 'version'],
  ['extensions', 'persistedQuery', 'sha256Hash'],
  ['extensions', 'cost'],
  ['extensions', 'traceparent'],
  ['extensions', 'operationId'],
] as const

type Json = Record<string, unknown>

function withValue(base: Json, [name = '', ...rest]: readonly string[], value: unknown): Json {
  const inner = base[name]
  return {
    ...base,
    [name]: rest.length === 0 ? value : withValue(typeof inner === 'object' && inner !== null ? (inner as Json) : {}, rest, value),
  }
}

const QUERY: Json = { query: 'query($room: String) { broken @skip(if: true) person(id: "p1") { id } }', variables: { room: '1' } }
const SUBSCRIPTION: Json = { query: 'subscription($room: ID!) { roomReview(room: $room) { phase } }', variables: { room: '1' } }
const EMPTY: Json = { query: '' }
const HASHED: Json = { extensions: { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } } }

/** Requests of which one member is not what it should be. */
const malformed: readonly Json[] = [QUERY, SUBSCRIPTION, EMPTY, HASHED].flatMap((base) =>
  PLACES.flatMap((place) => VALUES.map((value) => withValue(base, place, value))),
)

interface Answer {
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}
/** Whatever is wrong, it is the client's fault. */
function assertClients(answer: Answer, what: unknown): void {
  for (const { extensions } of answer.errors ?? []) {
    const code = extensions?.code ?? ''
    const status = Object.hasOwn(FAULTS, code) ? FAULTS[code as FaultCode].status : 400
    assert.ok(status < 500, `${code} for ${JSON.stringify(what)}`)
  }
}

describe('malformed requests are their clients’ fault', async () => {
  const running = await runRouter({ env: { SOCKETS_PER_ADDRESS: 10_000, SOCKETS_PER_SECOND: 10_000, COST_ANONYMOUS_BUDGET: 1_000_000 } })
  after(() => running[Symbol.asyncDispose]())
  const endpoint = `${running.url}/graphql`

  async function answered(response: Response, what: unknown): Promise<void> {
    assert.ok(response.status < 500, `${response.status} for ${JSON.stringify(what)}`)
    if (response.headers.get('content-type')?.includes('json')) assertClients((await response.json()) as Answer, what)
    else await response.body?.cancel()
  }
  const post = (body: Json, headers: Record<string, string> = {}) =>
    fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })

  test('by POST', async () => {
    for (const body of malformed) await answered(await post(body), body)
  })

  test('by GET', async () => {
    for (const body of malformed) {
      const search = new URLSearchParams(
        Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      )
      await answered(await fetch(`${endpoint}?${search}`, { headers: { 'apollo-require-preflight': '1' } }), body)
    }
  })

  for (const accept of ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])
    test(`as a stream, ${accept}`, async () => {
      for (const body of malformed) {
        const response = await post(body, { accept })
        assert.ok(response.status < 500, `${response.status} for ${JSON.stringify(body)}`)
        const [chunk = ''] = await firstText(response)
        for (const [text] of chunk.matchAll(/\{.*\}/g)) assertClients(JSON.parse(text) as Answer, body)
        assert.doesNotMatch(chunk, /INTERNAL/, JSON.stringify(body))
      }
    })

  test('on a single connection', async () => {
    const reserved = await fetch(endpoint, { method: 'PUT' })
    const token = await reserved.text()
    const leaving = new AbortController()
    const stream = await fetch(`${endpoint}?token=${token}`, { headers: { accept: 'text/event-stream' }, signal: leaving.signal })
    let told = ''
    const read = (async () => {
      for await (const chunk of stream.body ?? []) told += new TextDecoder().decode(chunk)
    })().catch(() => undefined)
    for (const [index, body] of malformed.entries()) {
      const operationId = { ...(body.extensions as Json), operationId: `${index}` }
      const sent = typeof body.extensions === 'object' && body.extensions !== null ? { ...body, extensions: operationId } : body
      const response = await post(sent, { 'x-graphql-event-stream-token': token })
      assert.ok(response.status < 500, `${response.status} for ${JSON.stringify(sent)}`)
      await response.text()
      if (response.status === 202)
        await fetch(`${endpoint}?operationId=${index}`, { method: 'DELETE', headers: { 'x-graphql-event-stream-token': token } })
    }
    assert.doesNotMatch(told, /INTERNAL/)
    leaving.abort()
    await read
  })

  test('on a socket, which tells or closes with a code of the protocol', async () => {
    let connection = await openAcknowledged(running.url)
    let count = 0
    /** Sends a message, and waits until the socket has answered to another or closed. */
    async function sent(message: unknown, what: unknown): Promise<void> {
      count += 1
      const last = `last ${count}`
      const { socket, send, closed } = connection
      const messages: Message[] = []
      const { promise: answered, resolve } = Promise.withResolvers<void>()
      const hear = (data: unknown) => {
        const heard = JSON.parse(String(data)) as Message
        messages.push(heard)
        if (heard.id === last && heard.type === 'complete') resolve()
      }
      socket.on('message', hear)
      socket.send(JSON.stringify(message))
      send({ id: last, type: 'subscribe', payload: { query: '{ __typename }' } })
      const code = await Promise.race([closed, answered])
      socket.off('message', hear)
      for (const { type, payload } of messages)
        assertClients(type === 'error' ? { errors: payload as NonNullable<Answer['errors']> } : ((payload ?? {}) as Answer), what)
      if (typeof code !== 'number') return send({ id: '1', type: 'complete' })
      assert.ok(code >= 4400 && code < 4500, `${code} for ${JSON.stringify(what)}`)
      connection = await openAcknowledged(running.url)
    }
    for (const payload of [...malformed, ...VALUES]) await sent({ id: '1', type: 'subscribe', payload }, payload)
    for (const id of VALUES) await sent({ id, type: 'subscribe', payload: QUERY }, id)
    for (const payload of [...VALUES, ...VALUES.map((authorization) => ({ authorization }))]) await sent({ type: 'ping', payload }, payload)
    for (const message of VALUES) await sent(message, message)
    for (const type of VALUES) await sent({ type, id: '1', payload: QUERY }, type)
    connection.socket.terminate()
  })

  test('in the introduction of a socket', async () => {
    for (const payload of [...VALUES, ...VALUES.map((authorization) => ({ authorization }))]) {
      const { socket, send, closed } = openSocket(running.url)
      await once(socket, 'open')
      send({ type: 'connection_init', payload })
      const code = await Promise.race([closed, once(socket, 'message')])
      if (typeof code === 'number') assert.ok(code >= 4400 && code < 4500, `${code} for ${JSON.stringify(payload)}`)
      socket.terminate()
    }
  })

  test('and everybody else is answered afterwards', async () => {
    const answer = await post({ query: '{ person(id: "p1") { name } }' })
    assert.deepEqual(await answer.json(), { data: { person: { name: 'Ada' } } })
  })
})

/** What a response says at first; it is left then. */
async function firstText(response: Response): Promise<readonly string[]> {
  const texts: string[] = []
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    texts.push(decoder.decode(chunk))
    if (texts.join('').length > 20) break
  }
  return [texts.join('')]
}
