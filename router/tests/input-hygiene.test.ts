import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { rawRequest } from './raw-request.ts'
import { runRouter } from './running.ts'

const TYPENAME = '{"query":"{ __typename }"}'

describe('input hygiene', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { url, world } = running
  const endpoint = `${url}/graphql`
  after(() => assert.deepEqual(world.calls, [], 'nothing of this reaches a subgraph'))

  async function refusal(init: RequestInit, path = '/graphql') {
    const answer = await fetch(url + path, { method: 'POST', ...init, headers: { 'content-type': 'application/json', ...init.headers } })
    assert.match(answer.headers.get('content-type') ?? '', /^application\/(graphql-response\+)?json; charset=utf-8$/)
    const { errors } = (await answer.json()) as { errors: { message: string; extensions: { code: string } }[] }
    return { status: answer.status, code: errors[0]?.extensions.code, message: errors[0]?.message, headers: answer.headers }
  }
  const statusOf = async (init: RequestInit, path?: string) => (await refusal(init, path)).status

  test('the type of the body must be JSON in UTF-8', async () => {
    const accepted = ['application/json', 'application/json;charset=utf-8', 'Application/JSON; charset="UTF-8"']
    for (const type of accepted) {
      const answer = await fetch(endpoint, { method: 'POST', headers: { 'content-type': type }, body: TYPENAME })
      assert.equal(answer.status, 200, type)
    }
    const refused = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/graphql',
      'application/jsonp',
    ]
    for (const type of [...refused, 'application/json; charset=latin1', 'application/json; charset=utf-16'])
      assert.equal(await statusOf({ headers: { 'content-type': type }, body: TYPENAME }), 415, type)
    assert.equal(await statusOf({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(TYPENAME) }), 415)
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const body = Buffer.concat([Buffer.from('{"query":"{ __typename } #'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')])
    const { status, message } = await refusal({ body })
    assert.deepEqual([status, message], [400, 'The request body is not UTF-8.'])
  })

  test('an empty operation name is none, however the document is known', async () => {
    const query = '{ named: __typename }'
    for (const operationName of ['', undefined, '']) {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, operationName }),
      })
      assert.deepEqual(await answer.json(), { data: { named: 'Query' } })
    }
  })

  test('variables that are too deep are refused by GET too', async () => {
    const deep = '['.repeat(7_000) + ']'.repeat(7_000)
    const line = `GET /graphql?query={__typename}&variables={"a":${deep}} HTTP/1.1`
    const { status, body } = await rawRequest(url, `${line}\r\nhost: x\r\napollo-require-preflight: 1\r\nconnection: close\r\n\r\n`)
    assert.equal(status, 200)
    assert.match(body, /deeper than 20 levels.*BAD_USER_INPUT/)
  })

  test('JSON of another shape is refused', async () => {
    for (const body of [
      '',
      'null',
      '1',
      '"text"',
      '{',
      '{}',
      '{"query":1}',
      '{"query":"","variables":{}}',
      '{"query":"{ a }","variables":"x"}',
    ])
      assert.equal(await statusOf({ body }), 400, body)
    for (const body of ['[]', `[${TYPENAME}]`, `[${TYPENAME},${TYPENAME}]`]) {
      const { status, code } = await refusal({ body })
      assert.deepEqual([status, code], [400, 'BATCHING_DISABLED'])
    }
  })

  test('a body of more than 256 KB is refused, also when its length is not said before', async () => {
    const large = JSON.stringify({ query: '{ __typename }', extensions: { pad: 'x'.repeat(256 * 1024) } })
    assert.equal(await statusOf({ body: large }), 413)
    const fitting = JSON.stringify({ query: '{ __typename }', extensions: { pad: 'x'.repeat(255 * 1024) } })
    assert.equal((await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: fitting })).status, 200)

    const outgoing = request(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' } })
    outgoing.on('error', () => undefined)
    const answered = once(outgoing, 'response')
    for (let i = 0; i < 5; i += 1) outgoing.write('x'.repeat(64 * 1024))
    const [answer] = await answered
    assert.equal(answer.statusCode, 413)
    assert.equal(answer.headers.connection, 'close')
    outgoing.destroy()
  })

  test('a body without end is not listened to for long', async () => {
    const outgoing = request(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' } })
    outgoing.on('error', () => undefined)
    const closed = once(outgoing, 'close')
    outgoing.write('x'.repeat(300 * 1024))
    const [answer] = await once(outgoing, 'response')
    assert.equal(answer.statusCode, 413)
    answer.resume()
    await closed
  })

  test('headers of more than 16 KB are refused', async () => {
    const { status, body } = await rawRequest(url, `GET /graphql HTTP/1.1\r\nhost: x\r\nx-pad: ${'x'.repeat(17 * 1024)}\r\n\r\n`)
    assert.equal(status, 431)
    assert.equal(JSON.parse(body).errors[0].extensions.code, 'BAD_REQUEST')
  })

  test('headers of less, full of anything, are answered', async () => {
    const names = ['accept', 'authorization', 'content-type', 'cookie', 'origin', 'traceparent', 'user-agent', 'x-forwarded-for']
    const others = ['last-event-id', 'x-graphql-event-stream-token', 'access-control-request-headers', 'accept-encoding', 'x-vibely-admin']
    const parts = ['multipart/mixed;', 'text/event-stream,', 'application/json; ', 'a="', ' ', ';', ',', 'Bearer ', 'e30.', '00-']
    for (const name of [...names, ...others])
      for (const part of parts) {
        const value = `${part.trim() || 'x'}${part.repeat(15_000 / part.length)}x`
        const head = `POST /graphql HTTP/1.1\r\nhost: x\r\n${name === 'content-type' ? '' : 'content-type: application/json\r\n'}`
        const { status, body } = await rawRequest(
          url,
          `${head}${name}: ${value}\r\nconnection: close\r\ncontent-length: ${TYPENAME.length}\r\n\r\n${TYPENAME}`,
        )
        assert.ok(status >= 200 && status < 500, `${status} for ${name} of ${part}`)
        assert.doesNotMatch(body, /INTERNAL/, `${name} of ${part}`)
      }
  })

  test('a length beside a transfer encoding is refused, and the connection closed', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
    const chunked = `1a\r\n${TYPENAME}\r\n0\r\n\r\n`
    for (const lengths of [
      `content-length: ${chunked.length}\r\ntransfer-encoding: chunked\r\n`,
      `transfer-encoding: chunked\r\ncontent-length: 4\r\n`,
      'content-length: 26\r\ncontent-length: 27\r\n',
      'transfer-encoding: chunked, identity\r\n',
    ]) {
      const { status, head: answered, body } = await rawRequest(url, `${head}${lengths}\r\n${chunked}`)
      assert.equal(status, 400, lengths)
      assert.match(answered, /connection: close/i)
      assert.equal(JSON.parse(body).errors[0].extensions.code, 'BAD_REQUEST')
    }
  })

  test('what is not HTTP is refused as JSON', async () => {
    const { status, body } = await rawRequest(url, 'HELO example.org\r\n\r\n')
    assert.equal(status, 400)
    assert.ok(JSON.parse(body).errors)
  })

  test('other methods are named the right ones', async () => {
    for (const method of ['PATCH', 'DELETE']) {
      const { status, headers } = await refusal({ method, body: TYPENAME })
      assert.deepEqual([status, headers.get('allow')], [405, 'GET, POST'], method)
    }
    const mutation = `?query=${encodeURIComponent('mutation { rename(name: "x") { id } }')}`
    const byGet = await refusal({ method: 'GET' }, `/graphql${mutation}`)
    assert.deepEqual([byGet.status, byGet.headers.get('allow')], [405, 'POST'])
  })

  test('a mutation does not come by GET either from who takes parts', async () => {
    const search = `?query=${encodeURIComponent('mutation { rename(name: "x") { id } }')}`
    const headers = { 'apollo-require-preflight': '1', accept: 'multipart/mixed;deferSpec=20220824, application/json' }
    const { status, headers: answered } = await refusal({ method: 'GET', headers }, `/graphql${search}`)
    assert.deepEqual([status, answered.get('allow')], [405, 'POST'])
  })

  test('who names event streams behind single answers, as urql always does, gets a single answer', async () => {
    const single = 'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed'
    const send = async (accept: string) => {
      const answer = await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body: TYPENAME })
      await answer.text()
      return answer.headers.get('content-type')
    }
    assert.equal(await send(single), 'application/graphql-response+json; charset=utf-8')
    assert.match((await send('text/event-stream, application/json;q=0.5')) ?? '', /^text\/event-stream/)
    assert.match((await send('text/event-stream')) ?? '', /^text\/event-stream/)
  })

  test('who accepts nothing that is served gets 406, before anything runs', async () => {
    for (const accept of ['text/html', 'image/png', 'application/graphql-response+json;q=0'])
      assert.equal(await statusOf({ headers: { accept }, body: TYPENAME }), 406, accept)
  })

  test('a parameter of the address comes once, and is what it should be', async () => {
    const get = (search: string) => statusOf({ method: 'GET', headers: { 'apollo-require-preflight': '1' } }, `/graphql?${search}`)
    assert.equal(await get('query={__typename}&query={a}'), 400)
    assert.equal(await get('query={__typename}&variables={'), 400)
    assert.equal(await get('query={__typename}&variables=[]'), 400)
    assert.equal(await get(''), 400)
  })

  test('a query by GET brings its variables', async () => {
    const search = new URLSearchParams({ query: 'query($name: String!) { __type(name: $name) { name } }', variables: '{"name":"Person"}' })
    const answer = await fetch(`${endpoint}?${search}`, { headers: { 'apollo-require-preflight': '1' } })
    assert.deepEqual(await answer.json(), { data: { __type: { name: 'Person' } } })
  })

  test('refusals show nothing of the inside', async () => {
    for (const path of ['/graphql/', '/graphql/x', '/..%2f', '/nowhere', '/%ff']) {
      const answer = await fetch(url + path, { headers: { accept: 'text/html' } })
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, path)
      assert.doesNotMatch(await answer.text(), /node_modules|at .*\.ts|fastify|<html/i)
    }
  })
})
