import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openRequestSigner } from '@vibely/kit/identity'
import { createLogger } from '@vibely/kit/logger'
import type { Soon } from '@vibely/kit/soon'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import { httpSource } from '../src/sources/http-source.ts'
import { CallerLeft, SourceFailure } from '../src/sources/source.ts'
import { identityKeys } from './credentials.ts'
import { httpServer, tcpServer } from './http-server.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const open = (url: string) => httpSource({ name: 'far', url, logger })
const read = { query: '{ a }', variables: {} }
const write = { query: 'mutation { a }', variables: {} }
const stays = () => new AbortController().signal
const ANSWER = '{"data":{"a":1}}'
const RAW = `HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`

async function failureOf(answer: Soon<unknown>): Promise<SourceFailure> {
  const error: unknown = await Promise.resolve(answer).then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof SourceFailure)
  // What leaves must not tell where the subgraph is.
  assert.equal(error.message, error.code)
  return error
}

describe('a subgraph behind HTTP', { concurrency: true }, () => {
  test('gets the whole request, and its answer comes back', async () => {
    await using server = await httpServer((response, body, { headers, url, method }) => {
      assert.deepEqual([method, url, headers['content-type']], ['POST', '/graphql?v=1', 'application/json'])
      response.end(JSON.stringify({ data: { name: 'Zoë – 書', got: JSON.parse(body) }, errors: [{ message: 'half' }] }))
    })
    await using source = open(`${server.url}?v=1`)
    const request = { query: '{ "é" }', operationName: 'A', variables: { b: 'é' }, representations: ['{"id":"書"}', '{"id":2}'] }
    const variables = { b: 'é', representations: [{ id: '書' }, { id: 2 }] }
    assert.deepEqual(await source.fetch(request, ANONYMOUS, stays()), {
      data: { name: 'Zoë – 書', got: { query: '{ "é" }', operationName: 'A', variables } },
      errors: [{ message: 'half' }],
      plain: false,
    })
    const lists = { query: '{ b }', queryJson: '"{ b }"', variables: {}, representationLists: { x: ['1'], y: ['2', '3'] } }
    const { data } = await source.fetch(lists, ANONYMOUS, stays())
    assert.deepEqual(data?.got, { query: '{ b }', variables: { x: [1], y: [2, 3] } })
  })

  test('a hundred at once share connections that are kept, and none gets the answer of another', async () => {
    const ports = new Set<number | undefined>()
    await using server = await httpServer((response, body, { socket }) => {
      ports.add(socket.remotePort)
      setImmediate(() => response.end(JSON.stringify({ data: { a: (JSON.parse(body) as { variables: unknown }).variables } })))
    })
    await using source = open(server.url)
    for (let round = 0; round < 3; round += 1) {
      const asked = Array.from({ length: 100 }, (_, n) => ({ n: n + 100 * round, text: 'x'.repeat(n * 2_000) }))
      const answers = await Promise.all(asked.map((variables) => source.fetch({ query: '{ a }', variables }, ANONYMOUS, stays())))
      assert.deepEqual(
        answers.map(({ data }) => data?.a),
        asked,
      )
    }
    assert.ok(ports.size <= 64, `${ports.size} connections`)
  })

  test('a hung subgraph is given up at the deadline of three seconds, and its connection is closed', async () => {
    await using server = await httpServer(() => {})
    await using source = open(server.url)
    const begin = performance.now()
    assert.equal((await failureOf(source.fetch(read, ANONYMOUS, stays()))).code, 'DEADLINE_EXCEEDED')
    assert.ok(performance.now() - begin > 2_900)
    await eventually(() => server.closed() === 1)
    assert.equal(server.bodies.length, 1)
  })

  test('so is a slow one, though it keeps sending; a write gets five seconds', async () => {
    await using server = await httpServer((response) => {
      response.write('{"data":{"a":"')
      const timer = setInterval(() => response.write('.'), 100)
      response.on('close', () => clearInterval(timer))
    })
    await using source = open(server.url)
    const begin = performance.now()
    const [first, second] = await Promise.all(
      [read, write].map(async (request) => {
        assert.equal((await failureOf(source.fetch(request, ANONYMOUS, stays()))).code, 'DEADLINE_EXCEEDED')
        return performance.now() - begin
      }),
    )
    assert.ok(Number(first) > 2_900 && Number(second) > 4_900)
  })

  test('a caller who leaves is told at once, and the call is ended', async () => {
    await using server = await httpServer(() => {})
    await using source = open(server.url)
    const caller = new AbortController()
    const answer = source.fetch(read, ANONYMOUS, caller.signal)
    await eventually(() => server.bodies.length === 1)
    caller.abort()
    await assert.rejects(async () => answer, CallerLeft)
    await eventually(() => server.closed() === 1)
  })

  for (const [what, cut] of [
    ['before the answer', ''],
    ['in the middle of the body', RAW.slice(0, -5)],
  ] as const) {
    test(`a read whose connection is cut ${what} is sent once more`, async () => {
      await using server = await tcpServer((socket, count) => (count === 1 ? socket.end(cut) : socket.end(RAW)))
      await using source = open(server.url)
      assert.deepEqual(await source.fetch(read, ANONYMOUS, stays()), { data: { a: 1 }, plain: true })
      assert.equal(server.bodies.length, 2)
    })

    test(`cut ${what} again, it is unavailable; a write is never sent twice`, async () => {
      await using server = await tcpServer((socket) => {
        if (cut) socket.write(cut)
        setImmediate(() => socket.resetAndDestroy())
      })
      await using source = open(server.url)
      assert.equal((await failureOf(source.fetch(read, ANONYMOUS, stays()))).code, 'SUBGRAPH_UNAVAILABLE')
      assert.equal(server.bodies.length, 2)
      assert.equal((await failureOf(source.fetch(write, ANONYMOUS, stays()))).code, 'SUBGRAPH_UNAVAILABLE')
      assert.equal(server.bodies.length, 3)
    })
  }

  test('a connection that the server closed between two requests is not used for a write', async () => {
    let ended = 0
    await using server = await tcpServer((socket) => {
      socket.write(RAW)
      socket.once('close', () => {
        ended += 1
      })
      socket.end()
    })
    await using source = open(server.url)
    await source.fetch(read, ANONYMOUS, stays())
    await eventually(() => ended === 1)
    assert.deepEqual(await source.fetch(write, ANONYMOUS, stays()), { data: { a: 1 }, plain: true })
  })

  test('nothing is sent on a connection whose last answer had more than it should', async () => {
    const sockets = new Set<unknown>()
    await using server = await tcpServer((socket) => {
      sockets.add(socket)
      socket.write(`${RAW}HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"data":{"a":66}}`)
    })
    await using source = open(server.url)
    for (let asked = 0; asked < 3; asked += 1)
      assert.deepEqual(await source.fetch(read, ANONYMOUS, stays()), { data: { a: 1 }, plain: true })
    assert.equal(sockets.size, 3)
  })

  test('nobody listening is unavailable', async () => {
    const { url, [Symbol.asyncDispose]: close } = await httpServer(() => {})
    await close()
    await using source = open(url)
    assert.equal((await failureOf(source.fetch(read, ANONYMOUS, stays()))).code, 'SUBGRAPH_UNAVAILABLE')
  })

  for (const [what, status, body] of [
    ['an error page', 500, '<html>at 10.0.0.1</html>'],
    ['a page', 200, '<html></html>'],
    ['other JSON', 200, '{"ok":true}'],
    ['a list', 200, '[]'],
    ['an error status with data', 503, ANSWER],
    ['an answer of more than 16 MB', 200, `{"data":{"a":"${'x'.repeat(17 * 1024 * 1024)}"}}`],
  ] as const)
    test(`${what} is no answer, and is not asked for again`, async () => {
      await using server = await httpServer((response) => void response.writeHead(status).end(body))
      await using source = open(server.url)
      assert.equal((await failureOf(source.fetch(read, ANONYMOUS, stays()))).code, 'SUBGRAPH_UNAVAILABLE')
      assert.equal(server.bodies.length, 1)
    })

  test('a refused signature is no answer, and is not asked for again', async () => {
    await using server = await httpServer((response) => void response.writeHead(401).end('{"errors":[{"message":"who?"}]}'))
    const { privateKey } = await identityKeys()
    const signer = await openRequestSigner({ subgraph: 'test', hmacKey: `a:${'x'.repeat(32)}`, privateKey })
    await using source = httpSource({ name: 'test', url: server.url, signer, logger })
    assert.equal((await failureOf(source.fetch(read, ANONYMOUS, stays()))).code, 'SUBGRAPH_UNAVAILABLE')
    assert.equal(server.bodies.length, 1)
  })

  test('a request error is an answer', async () => {
    await using server = await httpServer((response) => void response.writeHead(400).end('{"errors":[{"message":"no such field"}]}'))
    await using source = open(server.url)
    assert.deepEqual(await source.fetch(read, ANONYMOUS, stays()), { errors: [{ message: 'no such field' }] })
  })

  test('closing waits for what is under way', async () => {
    let answer = () => {}
    await using server = await httpServer((response) => {
      answer = () => void response.end(ANSWER)
    })
    const source = open(server.url)
    const asked = source.fetch(read, ANONYMOUS, stays())
    await eventually(() => server.bodies.length === 1)
    const closed = source[Symbol.asyncDispose]()
    answer()
    assert.deepEqual(await asked, { data: { a: 1 }, plain: true })
    await closed
  })
})
