import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fault } from '@vibely/kit/errors'
import type { Identity } from '../identity/authenticator.ts'
import { type CredentialEnd, openCredentials } from './reauthorize.ts'

const NOW = 1_000_000

const identity = (prove: Identity['prove'], scopes: readonly string[] = ['a']): Identity => ({
  viewer: { id: 'user_1', sessionId: null, roles: [], scopes, facts: [] },
  credentialId: 'api_key_1',
  validUntil: NOW + 60_000,
  ...(prove && { prove }),
})

function follow(context: TestContext, opened: Identity) {
  context.mock.timers.enable({ apis: ['Date', 'setInterval'], now: NOW })
  const ends: CredentialEnd[] = []
  const credentials = openCredentials()
  return { ends, credentials, credential: credentials.follow(opened, (why) => ends.push(why)) }
}

test('a connection goes on while its credential proves good, and ends when it no longer does', async (context) => {
  let isGood = true
  let asked = 0
  const prove = async (): Promise<Identity> => {
    asked += 1
    if (!isGood) throw fault('UNAUTHENTICATED')
    return { ...identity(prove), validUntil: Date.now() + 60_000 }
  }
  const { ends, credential, credentials } = follow(context, identity(prove))
  context.mock.timers.tick(59_000)
  assert.equal(asked, 0)
  context.mock.timers.tick(1_000)
  await setImmediate()
  assert.deepEqual([asked, ends, credential.isGood()], [1, [], true])
  isGood = false
  context.mock.timers.tick(60_000)
  await setImmediate()
  assert.deepEqual([asked, ends, credential.isGood()], [2, ['revoked'], false])
  credentials[Symbol.dispose]()
})

test('a connection whose credential nobody can prove is told so', async (context) => {
  const prove = async (): Promise<Identity> => {
    throw fault('SUBGRAPH_UNAVAILABLE')
  }
  const { ends, credentials } = follow(context, identity(prove))
  context.mock.timers.tick(60_000)
  await setImmediate()
  assert.deepEqual(ends, ['unproved'])
  credentials[Symbol.dispose]()
})

test('a connection ends when its credential holds other rights than it was opened with', async (context) => {
  const { ends, credentials } = follow(
    context,
    identity(async () => identity(undefined, [])),
  )
  context.mock.timers.tick(60_000)
  await setImmediate()
  assert.deepEqual(ends, ['revoked'])
  credentials[Symbol.dispose]()
})

test('without a way to prove it again a credential ends with its time', (context) => {
  const { ends, credentials } = follow(context, identity(undefined))
  context.mock.timers.tick(60_000)
  assert.deepEqual(ends, ['expired'])
  credentials[Symbol.dispose]()
})
