import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { publishRevocation } from '@vibely/kit/revocations'
import type { Viewer } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import { type Source, SourceFailure } from '../src/sources/source.ts'
import { type Running, runRouter } from './running.ts'

const LATER = 1013
const FORBIDDEN = 4403
const key = (name: string) => `vbk_${name.padEnd(43, '-')}`

/** What auth says of keys. */
function authOf(holders: Map<string, string>): { source: Source; isUp: boolean; ended: string[] } {
  const auth = {
    isUp: true,
    ended: [] as string[],
    source: {
      name: 'auth',
      async fetch({ variables }: Parameters<Source['fetch']>[0]) {
        if (!auth.isUp) throw new SourceFailure('SUBGRAPH_UNAVAILABLE')
        if (!('secretHash' in variables)) return { data: { endedCredentials: { ids: auth.ended, until: new Date().toISOString() } } }
        const apiKeyId = holders.get(String(variables.secretHash))
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
        const apiKeyHolder = apiKeyId && { apiKeyId, userId: 'p1', roles: [], scopes: ['people:read'], facts: [], expiresAt }
        return { data: { apiKeyHolder: apiKeyHolder ?? null } }
      },
      [Symbol.asyncDispose]: async () => {},
    },
  }
  return auth
}

describe('API keys at the router', () => {
  const holders = new Map<string, string>()
  const auth = authOf(holders)
  let running: Running
  let ask: Running['ask']

  before(async () => {
    running = await runRouter({ moreSources: [auth.source], env: { TRUSTED_PROXIES: ['127.0.0.1'] } })
    ask = running.ask
  })
  after(() => running?.[Symbol.asyncDispose]())

  const newKey = (name: string) => {
    holders.set(hash('sha256', key(name), 'base64url'), `api_key_${name}`)
    return key(name)
  }
  const codes = async (token: string, client = '203.0.113.1') => {
    const { status, headers, body } = await ask('{ reviews { id } }', { token, headers: { 'x-forwarded-for': client } })
    return [status, body.errors?.[0]?.extensions?.code, headers.get('retry-after')]
  }
  /** The code that a socket with this credential closes with. */
  const closing = (token: string) =>
    new Promise<number>((resolve) => {
      const client = running.client(token, { lazy: false, onNonLazyError: () => {} })
      client.on('closed', (event) => resolve((event as { code: number }).code))
    })

  test('subgraphs learn the owner and the scopes, not the key', async () => {
    await ask('mutation { rename(name: "x") { id } }', { token: newKey('weak') })
    assert.equal(running.world.calls.length, 0)
    const { body } = await ask('{ people(ids: ["p1"]) { name email } }', { token: newKey('reader') })
    assert.deepEqual(body.data, { people: [{ name: 'Ada', email: null }] })
    const expected: Viewer = { id: 'p1', sessionId: null, roles: [], scopes: ['people:read'], facts: [] }
    assert.deepEqual(running.world.calls.at(-1)?.caller.viewer, expected)
  })

  test('a response that stays open ends when its key is revoked', async () => {
    const abort = new AbortController()
    const response = await fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${newKey('streaming')}` },
      body: JSON.stringify({ query: 'subscription { reviewAdded { phase } }' }),
      signal: abort.signal,
    })
    let text = ''
    const over = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    })()
    await eventually(() => text.includes('CAUGHT_UP'))
    await publishRevocation(running.redis, running.namespace, 'api_key_streaming', 360)
    await over
    assert.match(text, /UNAUTHENTICATED/)
  })

  test('while auth cannot be asked a key that nobody has seen is told to come later, on sockets too', async () => {
    auth.isUp = false
    assert.deepEqual(await codes(newKey('unseen')), [503, 'SUBGRAPH_UNAVAILABLE', null])
    assert.equal(await closing(newKey('unseen')), LATER)
    auth.isUp = true
    assert.deepEqual(await codes(newKey('unseen')), [200, undefined, null])
  })

  test('who tries many unknown keys is refused for a while; others, and good keys that are known, are not', async () => {
    const good = newKey('good')
    const attacker = '203.0.113.66'
    assert.deepEqual(await codes(good, attacker), [200, undefined, null])
    const answers = await Promise.all(Array.from({ length: 120 }, (_, index) => codes(key(`bad${index}`), attacker)))
    const of = (status: number) => answers.filter(([given]) => given === status).length
    assert.ok(of(401) >= 100 && of(429) >= 1 && of(401) + of(429) === 120, JSON.stringify([of(401), of(429)]))
    assert.deepEqual(answers.find(([status]) => status === 429)?.slice(1), ['RATE_LIMITED', '1'])
    assert.deepEqual(await codes(good, attacker), [200, undefined, null])
    assert.deepEqual(await codes(key('elsewhere'), '203.0.113.67'), [401, 'UNAUTHENTICATED', null])
  })

  test('what auth has ended is refused, and its sockets closed, when word of it was lost', async () => {
    const token = await running.credentials.token({ sid: 'session_ended' })
    const closed = closing(token)
    assert.deepEqual(await codes(token), [200, undefined, null])
    auth.ended = ['session_ended']
    assert.equal(await closed, FORBIDDEN)
    assert.deepEqual(await codes(token), [401, 'UNAUTHENTICATED', null])
  })

  test('an unknown key opens no socket', async () => {
    assert.equal(await closing(key('unknown')), FORBIDDEN)
  })
})

test('without auth an API key is no credential', async () => {
  await using running = await runRouter()
  const { status, body } = await running.ask('{ reviews { id } }', { token: key('any') })
  assert.deepEqual([status, body.errors?.[0]?.extensions?.code], [401, 'UNAUTHENTICATED'])
})
