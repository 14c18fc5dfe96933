import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { type Running, runRouter } from './running.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const apq = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } })

async function send({ url }: Pick<Running, 'url'>, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify(body),
  })
  const { data, errors } = (await answer.json()) as { data?: object; errors?: { message: string; extensions: { code: string } }[] }
  return { status: answer.status, data, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message }
}

describe('automatic persisted queries', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())

  test('an unknown hash asks for the document; from then on the hash is enough', async () => {
    const query = 'query Apq { reviews(first: 1) { id } }'
    const unknown = await send(running, apq(query))
    assert.deepEqual([unknown.status, unknown.code, unknown.message], [400, 'PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'])
    const legacy = await fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(apq(query)),
    })
    assert.equal(legacy.status, 200)
    const expected = { reviews: [{ id: 'r1' }] }
    assert.deepEqual((await send(running, { query, ...apq(query) })).data, expected)
    assert.deepEqual((await send(running, apq(query))).data, expected)
    // What CDNs cache.
    const search = new URLSearchParams({ extensions: JSON.stringify(apq(query).extensions) })
    const byGet = await fetch(`${running.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': '1' } })
    assert.deepEqual(await byGet.json(), { data: expected })
    assert.deepEqual((await send(running, { documentId: `sha256:${sha256(query)}` })).data, expected)
    assert.deepEqual((await send(running, { id: sha256(query) })).data, expected)
  })

  test('another instance knows it too, for it stands in Redis', async () => {
    const query = 'query Shared { reviews(first: 1) { id title } }'
    await send(running, { query, ...apq(query) })
    await using second = await runRouter({ beside: running })
    await eventually(async () => (await send(second, apq(query))).status === 200)
  })

  test('a hash of another document is refused, and neither is kept', async () => {
    const query = 'query Mine { reviews(first: 1) { id } }'
    const wrong = await send(running, { query, ...apq('query Other { reviews { id } }') })
    assert.deepEqual([wrong.status, wrong.code], [400, 'BAD_REQUEST'])
    assert.equal((await send(running, apq('query Other { reviews { id } }'))).code, 'PERSISTED_QUERY_NOT_FOUND')
    for (const persistedQuery of [1, { version: 2, sha256Hash: sha256(query) }, { version: 1 }, { version: 1, sha256Hash: '__proto__' }])
      assert.equal((await send(running, { query, extensions: { persistedQuery } })).code, 'BAD_REQUEST')
  })

  test('an invalid document is not kept', async () => {
    const query = '{ nope }'
    assert.equal((await send(running, { query, ...apq(query) })).code, 'BAD_REQUEST')
    assert.equal((await send(running, apq(query))).code, 'PERSISTED_QUERY_NOT_FOUND')
  })

  test('without Redis the memory of the process is the store', async () => {
    await using alone = await runRouter({ redisUrl: 'redis://127.0.0.1:1' })
    const query = 'query Alone { reviews(first: 1) { id } }'
    assert.equal((await send(alone, apq(query))).code, 'PERSISTED_QUERY_NOT_FOUND')
    assert.equal((await send(alone, { query, ...apq(query) })).status, 200)
    assert.equal((await send(alone, apq(query))).status, 200)
  })
})

/** The first result of an operation on a socket. */
async function onSocket(running: Running, payload: object) {
  const client = running.client()
  const { value } = await client
    .iterate({ query: '', ...payload })
    .next()
    .catch((errors: unknown) => ({ value: { errors } }))
  const { data, errors } = value as { data?: object; errors?: { extensions: { code: string } }[] }
  return { data, code: errors?.[0]?.extensions.code }
}

describe('persisted operations on a socket', async () => {
  const listed = 'query Listed { reviews(first: 1) { id } }'
  const manifest = JSON.stringify({ [`sha256:${sha256(listed)}`]: listed })
  const running = await runRouter({ persistedDocuments: manifest, env: { SAFELIST: 'enforce' } })
  after(() => running[Symbol.asyncDispose]())
  const open = await runRouter()
  after(() => open[Symbol.asyncDispose]())

  test('are found by hash and by id, and nothing else runs', async () => {
    const expected = { reviews: [{ id: 'r1' }] }
    for (const payload of [{ query: listed }, apq(listed), { documentId: `sha256:${sha256(listed)}` }])
      assert.deepEqual((await onSocket(running, payload)).data, expected, JSON.stringify(payload))
    const other = '{ reviews { id } }'
    for (const payload of [{ query: other }, apq(other), { query: other, ...apq(other) }])
      assert.equal((await onSocket(running, payload)).code, 'PERSISTED_QUERY_REQUIRED', JSON.stringify(payload))
  })

  test('are kept for sockets and requests alike', async () => {
    const query = 'query OnSocket { reviews(first: 1) { id } }'
    assert.equal((await onSocket(open, apq(query))).code, 'PERSISTED_QUERY_NOT_FOUND')
    assert.ok((await onSocket(open, { query, ...apq(query) })).data)
    assert.ok((await onSocket(open, apq(query))).data)
    assert.equal((await send(open, apq(query))).status, 200)
  })
})

describe('the safelist', () => {
  const listed = 'query Listed { reviews(first: 1) { id } }'
  const manifests = {
    'a record': JSON.stringify({ [`sha256:${sha256(listed)}`]: listed }),
    'the manifest of Apollo': JSON.stringify({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: sha256(listed), name: 'Listed', type: 'query', body: listed }],
    }),
  }
  const ADMIN_SECRET = 'the secret of the operators, thirty-two and more'

  for (const [name, persistedDocuments] of Object.entries(manifests)) {
    test(`when enforced runs what is listed and nothing else, by ${name}`, async () => {
      await using running = await runRouter({ persistedDocuments, env: { SAFELIST: 'enforce', ADMIN_SECRET } })
      const hash = sha256(listed)
      const allowed = [
        { query: listed },
        { query: `# c\n${listed.replaceAll(' ', '\n ')}` },
        apq(listed),
        { query: listed, ...apq(listed) },
      ]
      for (const body of [...allowed, { documentId: `sha256:${hash}` }, { id: hash }])
        assert.deepEqual((await send(running, body)).data, { reviews: [{ id: 'r1' }] }, JSON.stringify(body))
      const other = 'query Other { reviews(first: 1) { id } }'
      const refused = [
        { query: other },
        { query: '{ __typename }' },
        { query: other, ...apq(other) },
        apq(other),
        { id: 'x' },
        { query: `${listed} { __typename }` },
      ]
      for (const body of refused) {
        const { status, code } = await send(running, body)
        assert.deepEqual([status, code], [400, 'PERSISTED_QUERY_REQUIRED'], JSON.stringify(body))
      }
      assert.equal((await send(running, { query: other }, { 'x-vibely-admin': ADMIN_SECRET })).status, 200)
    })
  }

  test('when it only logs runs everything', async () => {
    await using running = await runRouter({ persistedDocuments: manifests['a record'], env: { SAFELIST: 'log' } })
    assert.equal((await send(running, { query: '{ reviews(first: 1) { id } }' })).status, 200)
    assert.equal((await send(running, apq(listed))).status, 200)
  })

  test('without a manifest the router does not start', async () => {
    await assert.rejects(runRouter({ env: { SAFELIST: 'enforce' } }), /manifest/)
  })
})
