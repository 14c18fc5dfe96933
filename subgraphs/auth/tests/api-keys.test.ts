import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { watchRevocations } from '@vibely/kit/revocations'
import type { Viewer } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import { clientsOf, type Member } from './clients.ts'
import { runningAuth } from './running-auth.ts'

const auth = await runningAuth()
after(() => auth[Symbol.asyncDispose]())
const { ask, mutate, codes, registered, viewerOf } = clientsOf(auth)
const revocations = await watchRevocations(auth)
after(() => revocations[Symbol.asyncDispose]())

const KEY = 'id label prefix scopes createdAt lastUsedAt expiresAt revokedAt'
const DAY_MS = 86_400_000

/** The member as the router tells of one who has just signed in. */
const signedIn = async (member: Member): Promise<Viewer> => {
  const viewer = await viewerOf(member.accessToken)
  return { ...viewer, facts: [...viewer.facts, 'recent_authentication'] }
}
const create = (viewer: Viewer, change: Record<string, unknown> = {}) =>
  mutate('createApiKey', `apiKey { ${KEY} } secret`, { label: 'nightly export', scopes: ['LIBRARY_READ'], ...change }, viewer)
const revoke = (viewer: Viewer, apiKeyId: string) => mutate('revokeApiKey', `apiKey { ${KEY} }`, { apiKeyId }, viewer)
const list = async (viewer: Viewer) => (await ask(`{ viewer { apiKeys { ${KEY} } } }`, {}, viewer)).data.viewer.apiKeys
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')
const holderOf = async (secret: string) => {
  const query = 'query ($hash: String!) { apiKeyHolder(secretHash: $hash) { apiKeyId userId roles scopes facts expiresAt } }'
  return (await ask(query, { hash: hashOf(secret) })).data.apiKeyHolder
}

test('a key is shown with its secret once, and stands for its owner with the scopes that were chosen', async () => {
  const member = await registered()
  const viewer = await signedIn(member)
  const { apiKey, secret, userErrors } = await create(viewer, {
    label: '  nightly export ',
    scopes: ['LIBRARY_READ', 'FEED_READ', 'FEED_READ'],
  })
  assert.deepEqual(userErrors, [])
  assert.match(secret, /^vbk_[\w-]{43}$/)
  assert.equal(apiKey.prefix, secret.slice(0, 12))
  assert.deepEqual(
    [apiKey.label, apiKey.scopes, apiKey.revokedAt, apiKey.lastUsedAt],
    ['nightly export', ['LIBRARY_READ', 'FEED_READ'], null, null],
  )
  assert.equal(Math.round((Date.parse(apiKey.expiresAt) - Date.parse(apiKey.createdAt)) / DAY_MS), 90)
  assert.deepEqual(await list(viewer), [apiKey])

  assert.deepEqual(await holderOf(secret), {
    apiKeyId: apiKey.id,
    userId: member.id,
    roles: ['MEMBER'],
    scopes: ['library:read', 'feed:read'],
    facts: ['not_sanctioned'],
    expiresAt: apiKey.expiresAt,
  })
  const [used] = await list(viewer)
  assert.ok(Math.abs(Date.parse(used.lastUsedAt) - Date.now()) < 60_000)
  assert.equal(await holderOf(`${secret}x`), null)
  assert.equal((await ask('{ apiKeyHolder(secretHash: "short") { userId } }')).data.apiKeyHolder, null)
})

test('neither secret nor anything to find it by is in the store', async () => {
  const viewer = await signedIn(await registered())
  const { secret } = await create(viewer)
  const rows = await auth.db.$queryRaw<{ text: string }[]>`SELECT t::text AS text FROM api_key t`
  const rest = secret.slice(12)
  assert.equal(
    rows.some(({ text }) => text.includes(rest) || text.includes(Buffer.from(rest).toString('hex'))),
    false,
  )
})

test('only a session that has just proved its password makes keys, and no key manages keys', async () => {
  const member = await registered()
  const codeOf = async (viewer: Viewer | null) => {
    const { errors } = await ask('mutation { createApiKey(input: { label: "a", scopes: [FEED_READ] }) { secret } }', {}, viewer)
    return errors?.[0].extensions.code
  }
  const viewer = await viewerOf(member.accessToken)
  assert.equal(await codeOf(null), 'UNAUTHENTICATED')
  assert.equal(await codeOf(viewer), 'STEP_UP_REQUIRED')
  const key: Viewer = { ...viewer, sessionId: null }
  assert.equal(await codeOf(key), 'FORBIDDEN')
  for (const query of ['{ viewer { apiKeys { id } } }', 'mutation { revokeApiKey(input: { apiKeyId: "x" }) { apiKey { id } } }']) {
    assert.equal((await ask(query, {}, key)).errors?.[0].extensions.code, 'FORBIDDEN')
  }
})

test('input that cannot be is told field by field', async () => {
  const viewer = await signedIn(await registered())
  const problems = async (change: Record<string, unknown>) => {
    const { apiKey, userErrors } = await create(viewer, change)
    assert.equal(apiKey, null)
    return userErrors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`)
  }
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
  assert.deepEqual(await problems({ label: ' ', scopes: [], expiresAt: inDays(-1), idempotencyKey: 'short' }), [
    'REQUIRED input.label',
    'TOO_SHORT input.scopes',
    'INVALID input.expiresAt',
    'TOO_SHORT input.idempotencyKey',
  ])
  assert.deepEqual(await problems({ label: 'x'.repeat(51), expiresAt: inDays(367) }), ['TOO_LONG input.label', 'INVALID input.expiresAt'])
  assert.deepEqual(await problems({ label: 'a\u0000b' }), ['INVALID input.label'])
  assert.deepEqual(await problems({ scopes: ['FEED_READ', 'MODERATE'] }), ['SCOPE_NOT_HELD input.scopes'])
  assert.deepEqual(codes(await create(viewer, { expiresAt: inDays(365) })), [])
})

test('a key loses what its owner loses', async () => {
  const member = await registered()
  await auth.db.account.update({ where: { id: member.id }, data: { role: 'MODERATOR' } })
  const { secret } = await create(await signedIn(member), { scopes: ['FEED_READ', 'MODERATE'] })
  assert.deepEqual((await holderOf(secret)).scopes, ['feed:read', 'moderate'])
  await auth.db.account.update({ where: { id: member.id }, data: { role: 'MEMBER', status: 'SUSPENDED' } })
  const { scopes, roles, facts } = await holderOf(secret)
  assert.deepEqual([scopes, roles, facts], [['feed:read'], ['MEMBER'], []])
  await auth.db.account.update({ where: { id: member.id }, data: { status: 'DEACTIVATED' } })
  assert.equal(await holderOf(secret), null)
})

test('a retry with the same key finds the first one, without its secret', async () => {
  const viewer = await signedIn(await registered())
  const idempotencyKey = 'made-by-the-client'
  const first = await create(viewer, { idempotencyKey })
  const again = await create(viewer, { idempotencyKey })
  assert.deepEqual([again.apiKey, again.secret, again.userErrors], [first.apiKey, null, []])
  assert.deepEqual(codes(await create(viewer, { idempotencyKey, label: 'another' })), ['IDEMPOTENCY_MISMATCH'])
  // Somebody else's key of the same name is another.
  assert.notEqual((await create(await signedIn(await registered()), { idempotencyKey })).secret, null)

  await auth.db.apiKey.update({ where: { id: first.apiKey.id }, data: { createdAt: new Date(Date.now() - DAY_MS) } })
  assert.notEqual((await create(viewer, { idempotencyKey })).apiKey.id, first.apiKey.id)
})

test('retries at once make one key', async () => {
  const viewer = await signedIn(await registered())
  const payloads = await Promise.all(Array.from({ length: 5 }, () => create(viewer, { idempotencyKey: 'all-at-once' })))
  assert.equal(new Set(payloads.map(({ apiKey }) => apiKey.id)).size, 1)
  assert.equal(payloads.filter(({ secret }) => secret !== null).length, 1)
})

test('an account has twenty live keys at most, also when they are made at once', async () => {
  const viewer = await signedIn(await registered())
  const payloads = await Promise.all(Array.from({ length: 22 }, () => create(viewer)))
  assert.deepEqual(payloads.flatMap(codes), ['API_KEY_LIMIT', 'API_KEY_LIMIT'])
  const keys = await list(viewer)
  assert.equal(keys.length, 20)
  await revoke(viewer, keys[0].id)
  assert.deepEqual(codes(await create(viewer)), [])
})

test('a revoked key is good for nothing, and routers are told', async () => {
  const viewer = await signedIn(await registered())
  const { apiKey, secret } = await create(viewer)
  const stranger = await signedIn(await registered())
  for (const id of [apiKey.id, 'api_key_01h455vb4pex5vsknk084sn02q', 'nonsense', '\u0000'])
    assert.deepEqual(codes(await revoke(stranger, id)), ['NOT_FOUND'])
  assert.notEqual(await holderOf(secret), null)

  const revoked = await revoke(viewer, apiKey.id)
  assert.notEqual(revoked.apiKey.revokedAt, null)
  assert.deepEqual(await revoke(viewer, apiKey.id), revoked)
  assert.equal(await holderOf(secret), null)
  await eventually(() => revocations.isRevoked(apiKey.id))
  assert.ok((await ask('{ endedCredentials { ids } }')).data.endedCredentials.ids.includes(apiKey.id))
})

test('an expired key is good for nothing; what ended long ago is forgotten, and live keys are never pushed off the list', async () => {
  const viewer = await signedIn(await registered())
  const { apiKey, secret } = await create(viewer, { label: 'first' })
  await auth.db.apiKey.update({ where: { id: apiKey.id }, data: { expiresAt: new Date(Date.now() - 1) } })
  assert.equal(await holderOf(secret), null)
  assert.deepEqual(
    (await list(viewer)).map(({ label }: { label: string }) => label),
    ['first'],
  )
  await auth.db.apiKey.update({ where: { id: apiKey.id }, data: { expiresAt: new Date(Date.now() - 31 * DAY_MS) } })
  assert.deepEqual(await list(viewer), [])

  await create(viewer, { label: 'living' })
  assert.equal(await auth.db.apiKey.count({ where: { id: apiKey.id } }), 0)
  for (let index = 0; index < 26; index++) await revoke(viewer, (await create(viewer)).apiKey.id)
  const keys = await list(viewer)
  assert.equal(keys.length, 25)
  assert.equal(keys.at(-1).label, 'living')
  for (let index = 0; index < 3; index++) await revoke(viewer, (await create(viewer)).apiKey.id)
  assert.equal(await auth.db.apiKey.count({ where: { accountId: viewer.id } }), 27, 'the living one, those listed, and the last')
})
