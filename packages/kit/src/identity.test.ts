import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { openRequestSigner, openRequestVerifier } from './identity.ts'
import { ANONYMOUS, type Caller } from './viewer.ts'

const HMAC = `k1:${'s'.repeat(40)}`
const keys = await generateKeyPair('EdDSA', { extractable: true })
const privateKey = JSON.stringify(await exportJWK(keys.privateKey))
const publicKey = JSON.stringify(await exportJWK(keys.publicKey))
const request = { method: 'POST', path: '/graphql', body: '{"query":"{ viewer { id } }"}' }
const ada: Caller = {
  viewer: { id: 'user_1', sessionId: 'session_1', roles: ['MEMBER'], scopes: ['feed:read'], facts: ['verified_email'] },
  ip: '203.0.113.9',
  userAgent: 'test',
}
const signer = (subgraph = 'feed', hmacKey = HMAC) => openRequestSigner({ subgraph, hmacKey, privateKey })
const verifier = (hmacKeys = [HMAC]) => openRequestVerifier({ subgraph: 'feed', hmacKeys, publicKey })

test('a signed request proves router, viewer and client', async () => {
  const check = await verifier()
  assert.deepEqual(await check.verify({ ...request, headers: await (await signer()).headers(request, ada) }), ada)
  assert.deepEqual(await check.verify({ ...request, headers: await (await signer()).headers(request, ANONYMOUS) }), ANONYMOUS)
})

test('both keys are valid while one is rotated', async () => {
  const check = await verifier([`k2:${'t'.repeat(40)}`, HMAC])
  await check.verify({ ...request, headers: await (await signer()).headers(request, ada) })
  await check.verify({ ...request, headers: await (await signer('feed', `k2:${'t'.repeat(40)}`)).headers(request, ada) })
})

test('anything changed, replayed, foreign or missing is refused the same way', async () => {
  const check = await verifier()
  const headers = await (await signer()).headers(request, ada)
  const refused = (change: Partial<typeof request & { headers: Record<string, string> }>) =>
    assert.rejects(check.verify({ ...request, headers, ...change }), { code: 'UNAUTHENTICATED' })
  await refused({ headers: {} })
  await refused({ body: '{}' })
  await refused({ path: '/other' })
  await refused({ headers: { ...headers, 'x-vibely-identity': '' } })
  await refused({ headers: { ...headers, 'x-vibely-client': '' } })
  await refused({ headers: { ...headers, 'x-vibely-timestamp': String(Date.now() - 120_000) } })
  await refused({ headers: await (await signer('social')).headers(request, ada) })
  await refused({ headers: await (await signer('feed', `k9:${'s'.repeat(40)}`)).headers(request, ada) })
  await check.verify({ ...request, headers })
  await refused({})
})
