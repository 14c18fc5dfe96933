import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { foreignTokens, openAccessTokens } from './access-token.ts'
import { keySet } from './key-set.ts'

test('a token is believed of the issuers that are named, and of nobody where none is', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256' }
  const tokens = (issuers: readonly string[]) =>
    openAccessTokens({ keys: keySet(async () => ({ keys: [jwk] })), rules: foreignTokens(issuers, []) })
  const token = await new SignJWT({ sub: 'ada', iss: 'https://id.example' })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1 minute')
    .sign(privateKey)
  assert.ok(await tokens(['https://other.example', 'https://id.example']).identify(token))
  for (const issuers of [['https://other.example'], []])
    await assert.rejects(tokens(issuers).identify(token), ({ extensions }) => extensions.code === 'UNAUTHENTICATED')
})
