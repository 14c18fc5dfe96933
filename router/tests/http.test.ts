import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { eventually } from '@vibely/testkit/eventually'
import { runRouter, TOPOLOGIES } from './running.ts'

describe('HTTP', async () => {
  const running = await runRouter()
  after(() => running[Symbol.asyncDispose]())
  const { url, world } = running
  const post = async (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) => {
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
    const text = await answer.text()
    return {
      status: answer.status,
      code: (JSON.parse(text) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code,
      headers: answer.headers,
    }
  }

  test('a query may come by GET from a client that cannot be a form; a mutation may not', async () => {
    const get = (query: string, headers: Record<string, string>) => fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers })
    assert.equal((await get('{ reviews { id } }', { 'apollo-require-preflight': '1' })).status, 200)
    assert.equal((await get('{ reviews { id } }', {})).status, 400)
    assert.equal((await get('mutation { rename(name: "x") { id } }', { 'apollo-require-preflight': '1' })).status, 405)
  })

  test('what is not an operation is refused as JSON', async () => {
    assert.deepEqual(await post('{').then(({ status, code }) => [status, code]), [400, 'BAD_REQUEST'])
    assert.deepEqual(await post('[{"query":"{ __typename }"}]').then(({ status, code }) => [status, code]), [400, 'BATCHING_DISABLED'])
    assert.deepEqual(
      await post('{"query":"{ __typename }"}', { 'content-type': 'text/plain' }).then(({ status, code }) => [status, code]),
      [415, 'BAD_REQUEST'],
    )
    assert.deepEqual(
      await post(JSON.stringify({ query: `{ __typename } #${'x'.repeat(300_000)}` })).then(({ status, code }) => [status, code]),
      [413, 'BAD_REQUEST'],
    )
    assert.equal((await fetch(`${url}/nowhere`)).status, 404)
    assert.deepEqual(
      world.calls.filter(({ subgraph }) => subgraph === 'people'),
      [],
    )
  })

  test('listed origins may call, others get no permission', async () => {
    const preflight = (origin: string) =>
      fetch(`${url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      })
    const allowed = await preflight('https://app.example')
    assert.equal(allowed.status, 204)
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example')
    assert.equal(allowed.headers.get('vary'), 'Origin')
    assert.match(allowed.headers.get('access-control-allow-methods') ?? '', /POST/)
    assert.equal(allowed.headers.get('access-control-allow-headers'), 'content-type')
    assert.equal((await preflight('https://evil.example')).headers.get('access-control-allow-origin'), null)

    const ask = (origin: string) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: '{"query":"{ __typename }"}',
      })
    const mine = await ask('https://app.example')
    assert.equal(mine.headers.get('access-control-allow-credentials'), 'true')
    assert.match(mine.headers.get('access-control-expose-headers') ?? '', /RateLimit/)
    for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null']) {
      const foreign = await ask(origin)
      assert.equal(foreign.headers.get('access-control-allow-origin'), null, origin)
      assert.equal(foreign.headers.get('vary'), 'Origin', 'a cache must not hand it to another origin')
    }
  })

  test('the explorer is one page that asks nobody else', async () => {
    const answer = await fetch(url, { headers: { accept: 'text/html' } })
    const page = await answer.text()
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
    // The browser enforces it: only this origin may be connected to, and nothing may be loaded from anywhere.
    const policy = answer.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy.replaceAll(new URL(url).host, ''), /https?:|\*/)
    assert.doesNotMatch(page, /<(script|link|img|iframe)[^>]+(src|href)="https?:/)
    assert.match(page, /vibelyFetcher/)
    assert.match(page, /initialQuery: .*graphiql:query/, 'who comes back finds his tab, not an empty one')
    const again = await fetch(url, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } })
    assert.equal(again.status, 304)
    assert.match(await (await fetch(`${url}/sandbox`)).text(), /EmbeddedSandbox/)
  })

  test('a browser that visits /graphql is taken to the explorer', async () => {
    const visit = await fetch(`${url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }, redirect: 'manual' })
    assert.deepEqual([visit.status, visit.headers.get('location')], [303, '/'])
    const query = await fetch(`${url}/graphql?query={__typename}`, { headers: { accept: 'text/html' }, redirect: 'manual' })
    assert.equal(query.status, 400, 'what asks for something is answered')
  })

  test('the icon of the explorer is there', async () => {
    const icon = await fetch(`${url}/favicon.ico`)
    assert.deepEqual([icon.status, icon.headers.get('content-type')], [200, 'image/svg+xml'])
  })

  test('probes answer', async () => {
    for (const probe of ['readyz', 'startupz']) assert.equal((await fetch(`${url}/${probe}`)).status, 200, probe)
    // The first answer may tell of the start, when the event loop was busy.
    await eventually(async () => (await fetch(`${url}/livez`)).status === 200)
  })
})

test('a router is ready while a subgraph is away, and not any more once it is to leave', async () => {
  await using running = await runRouter({ topology: 'distributed', env: { DRAIN_DELAY_MS: 400 } })
  await running.stop('people')
  for (const probe of ['readyz', 'startupz']) assert.equal((await fetch(`${running.url}/${probe}`)).status, 200, probe)
  const closed = running.close()
  const leaving = await fetch(`${running.url}/readyz`)
  assert.equal(leaving.status, 503)
  // It answers until it closes, but keeps nobody.
  const last = await fetch(`${running.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  assert.deepEqual([last.status, last.headers.get('connection')], [200, 'close'])
  await closed
  await assert.rejects(fetch(`${running.url}/readyz`))
})

for (const topology of TOPOLOGIES) {
  test(`pages of subgraphs are served through the router, ${topology}`, async () => {
    await using running = await runRouter({ topology })
    const mail = await fetch(`${running.url}/dev/mail?to=ada`)
    assert.deepEqual([mail.status, await mail.text()], [200, 'mail to ada'])
    assert.equal(await (await fetch(`${running.url}/.well-known/hello`)).text(), 'hello')
  })
}

test('production shows neither captured mail nor the schema nor names that are near', async () => {
  await using running = await runRouter({ env: { NODE_ENV: 'production' } })
  assert.equal((await fetch(`${running.url}/dev/mail?to=ada`)).status, 404)
  assert.equal((await fetch(`${running.url}/.well-known/hello`)).status, 200)
  assert.equal((await running.ask('{ __schema { queryType { name } } }')).status, 400)
  const near = await running.ask('{ review { id } }')
  assert.equal(near.body.errors?.[0]?.message, 'Cannot query field "review" on type "Query".')
})
