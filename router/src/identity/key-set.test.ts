import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { keySet } from './key-set.ts'

async function pair(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const token = () => new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid }).sign(privateKey)
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' }, token }
}

test('keys are loaded at first use and then kept; unknown ids do not make traffic', async () => {
  const known = await pair('known')
  const unknown = await pair('unknown')
  let loads = 0
  const keys = keySet(async () => {
    loads += 1
    return { keys: [known.jwk] }
  })
  await Promise.all(Array.from({ length: 5 }, async () => jwtVerify(await known.token(), keys.find)))
  for (let i = 0; i < 5; i += 1) await assert.rejects(jwtVerify(await unknown.token(), keys.find))
  assert.equal(loads, 1)
})

test('a key that was added is found once the pause is over', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const first = await pair('first')
  const second = await pair('second')
  const served: JSONWebKeySet = { keys: [first.jwk] }
  const keys = keySet(async () => structuredClone(served))
  await jwtVerify(await first.token(), keys.find)
  served.keys.push(second.jwk)
  await assert.rejects(jwtVerify(await second.token(), keys.find))
  context.mock.timers.tick(30_001)
  await jwtVerify(await second.token(), keys.find)
})

test('while the keys cannot be had the caller is told so, and later they are asked for again', async () => {
  const { jwk, token } = await pair('only')
  let isUp = false
  const keys = keySet(async () => {
    if (!isUp) throw new Error('connection refused')
    return { keys: [jwk] }
  })
  await assert.rejects(jwtVerify(await token(), keys.find), { code: 'SUBGRAPH_UNAVAILABLE' })
  isUp = true
  await jwtVerify(await token(), keys.find)
})

test('a key that was withdrawn is noticed within minutes, by those too whose tokens were good before', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const first = await pair('first')
  const second = await pair('second')
  let served: JSONWebKeySet = { keys: [first.jwk, second.jwk] }
  const keys = keySet(async () => served)
  await jwtVerify(await first.token(), keys.find)
  const before = keys.generation()
  context.mock.timers.tick(300_001)
  keys.generation()
  await setImmediate()
  assert.equal(keys.generation(), before, 'the same keys are no change')
  served = { keys: [second.jwk] }
  context.mock.timers.tick(300_001)
  keys.generation()
  await setImmediate()
  assert.notEqual(keys.generation(), before)
  await assert.rejects(jwtVerify(await first.token(), keys.find))
  await jwtVerify(await second.token(), keys.find)
})
