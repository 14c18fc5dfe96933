import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { memoryBuckets } from '../operations/budget-memory.ts'
import { SourceFailure } from '../sources/source.ts'
import { openApiKeys } from './api-key.ts'
import type { Holder } from './api-key-holder.ts'
import { openKeyAttempts } from './key-attempts.ts'

const NOW = 1_800_000_000_000
const HERE = '203.0.113.9'
const secret = (name: string) => `vbk_${name.padEnd(43, '-')}`

/** Keys of an auth whose table is this map. */
function keys(table: Map<string, Holder>) {
  const asked: string[] = []
  const state = { isUp: true, hangs: false }
  const apiKeys = openApiKeys({
    async holderOf(secretHash) {
      asked.push(secretHash)
      if (state.hangs) await new Promise(() => {})
      if (!state.isUp) throw new SourceFailure('SUBGRAPH_UNAVAILABLE')
      return table.get(secretHash) ?? null
    },
    attempts: openKeyAttempts(memoryBuckets(Date.now)),
  })
  return { state, asked, identify: (name: string, ip: string | null = HERE) => apiKeys.identify(secret(name), ip) }
}

const tableOf = (name: string, change: Partial<Holder> = {}) => {
  const holder = { apiKeyId: 'api_key_1', userId: 'user_1', roles: ['MEMBER'], scopes: ['feed:read'], facts: [], endsAt: NOW + 3_600_000 }
  return new Map([[hash('sha256', secret(name), 'base64url'), { ...holder, ...change }]])
}

test('a key stands for its owner without a session, and is asked for once in four seconds, by its hash', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const { asked, identify } = keys(tableOf('a'))
  const [identity, ...more] = await Promise.all([identify('a'), identify('a'), identify('a')])
  assert.deepEqual(identity.viewer, { id: 'user_1', sessionId: null, roles: ['MEMBER'], scopes: ['feed:read'], facts: [] })
  assert.equal(identity.credentialId, 'api_key_1')
  for (const other of more) assert.equal(other, identity)
  context.mock.timers.tick(3_999)
  await identify('a')
  assert.deepEqual(asked, [hash('sha256', secret('a'), 'base64url')])
  context.mock.timers.tick(1)
  await identify('a')
  assert.equal(asked.length, 2)
})

test('a key that auth no longer knows is refused within four seconds', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const table = tableOf('a')
  const { identify } = keys(table)
  const identity = await identify('a')
  table.clear()
  context.mock.timers.tick(4_000)
  await assert.rejects(identify('a'), { code: 'UNAUTHENTICATED' })
  await assert.rejects(async () => identity.prove?.(), { code: 'UNAUTHENTICATED' })
})

test('a key is looked at again when it ends, not a few seconds later', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const table = tableOf('a', { endsAt: NOW + 1_000 })
  const { identify } = keys(table)
  assert.equal((await identify('a')).validUntil, NOW + 1_000)
  table.clear()
  context.mock.timers.tick(1_000)
  await assert.rejects(identify('a'), { code: 'UNAUTHENTICATED' })
})

test('while auth is away a key that was good stays good for five minutes, but not longer than it lives; others cannot be told', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const { state, identify, asked } = keys(tableOf('a', { endsAt: NOW + 200_000 }))
  await identify('a')
  state.isUp = false
  context.mock.timers.tick(10_000)
  assert.equal((await identify('a')).viewer?.id, 'user_1')
  const before = asked.length
  await identify('a')
  assert.equal(asked.length, before, 'auth is left alone for a second')
  await assert.rejects(identify('b'), { code: 'SUBGRAPH_UNAVAILABLE' })
  context.mock.timers.tick(190_000)
  await assert.rejects(identify('a'), { code: 'SUBGRAPH_UNAVAILABLE' })

  const longer = keys(tableOf('a'))
  await longer.identify('a')
  longer.state.isUp = false
  context.mock.timers.tick(299_999)
  const { validUntil } = await longer.identify('a')
  assert.ok((validUntil ?? 0) > Date.now() + 40_000, 'open connections do not ask all the time')
  context.mock.timers.tick(1_001)
  await assert.rejects(longer.identify('a'), { code: 'SUBGRAPH_UNAVAILABLE' })
})

test('while auth hangs only the first waits for it', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const { state, identify } = keys(tableOf('a'))
  await identify('a')
  state.isUp = false
  context.mock.timers.tick(4_000)
  await identify('a')
  state.hangs = true
  context.mock.timers.tick(1_000)
  assert.equal((await identify('a')).viewer?.id, 'user_1')
  assert.equal((await identify('a')).viewer?.id, 'user_1')
})

test('unknown keys are asked for once in half a minute, and what cannot be a key never', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const { asked, identify } = keys(new Map())
  for (const name of ['a', 'a', 'longer than any key that there is anywhere ever', 'spaces in it'])
    await assert.rejects(identify(name), { code: 'UNAUTHENTICATED' })
  assert.equal(asked.length, 1)
  context.mock.timers.tick(30_000)
  await assert.rejects(identify('a'), { code: 'UNAUTHENTICATED' })
  assert.equal(asked.length, 2)
})

test('who tries unknown keys is soon refused, others are not, and good keys cost nothing', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: NOW })
  const { asked, identify } = keys(tableOf('good'))
  await identify('good')
  const codes = await Promise.all(
    Array.from({ length: 150 }, (_, index) => identify(`bad${index}`).catch(({ code }: { code: string }) => code)),
  )
  assert.deepEqual(
    ['UNAUTHENTICATED', 'RATE_LIMITED'].map((code) => codes.filter((each) => each === code).length),
    [100, 50],
  )
  assert.equal(asked.length, 101)
  await assert.rejects(identify('worse'), ({ extensions }: { extensions: Record<string, unknown> }) => extensions.retryAfterMs === 1_000)
  await identify('good')
  await assert.rejects(identify('elsewhere', '198.51.100.1'), { code: 'UNAUTHENTICATED' })
  context.mock.timers.tick(1_000)
  await assert.rejects(identify('later'), { code: 'UNAUTHENTICATED' })
})
