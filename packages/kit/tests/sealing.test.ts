import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { InfrastructureError, PermanentError } from '../src/errors.ts'
import { newUserKey, openKeyRing, seal, unseal } from '../src/sealing.ts'

const PROFILE = Buffer.from('Ada Lovelace')

/** Two processes that share a ring. */
function openRings() {
  const stack = new AsyncDisposableStack()
  const namespace = freshNamespace()
  stack.defer(() => dropNamespace(namespace))
  const redis = stack.adopt(new Redis(servers().REDIS_URL), (connection) => connection.disconnect())
  const key = randomBytes(32)
  const open = () => openKeyRing({ redis, namespace, key })
  return { ring: open(), other: open(), redis, namespace, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

describe('sealing', () => {
  it('lets another process read what was sealed for a user', async () => {
    await using rings = openRings()
    await rings.ring.put('user_1', newUserKey())
    const sealed = await seal(rings.ring, 'user_1', PROFILE)
    assert.ok(sealed)
    assert.equal(sealed.nonce.length, 12)
    assert.equal(sealed.ciphertext.length, PROFILE.length + 16)
    assert.deepEqual(await unseal(rings.other, sealed), PROFILE)
  })

  it('holds the keys wrapped, and never the same bytes twice', async () => {
    await using rings = openRings()
    const key = newUserKey()
    await rings.ring.put('user_1', key)
    const stored = Buffer.from((await rings.redis.get(`${rings.namespace}user_key:user_1`)) ?? '', 'base64')
    assert.equal(stored.includes(Buffer.from(key)), false)
    assert.deepEqual(rings.ring.unwrap('user_1', stored), Buffer.from(key))
    assert.notDeepEqual(await seal(rings.ring, 'user_1', PROFILE), await seal(rings.ring, 'user_1', PROFILE))
  })

  it('refuses bytes of another user, changed bytes and a key wrapped for another', async () => {
    await using rings = openRings()
    const [one, two] = [newUserKey(), newUserKey()]
    await rings.ring.put('user_1', one)
    await rings.ring.put('user_2', two)
    const sealed = await seal(rings.ring, 'user_1', PROFILE)
    assert.ok(sealed)
    const changed = Uint8Array.from(sealed.ciphertext, (byte, i) => (i === 0 ? byte ^ 1 : byte))
    await assert.rejects(unseal(rings.ring, { ...sealed, userId: 'user_2' }), PermanentError)
    await assert.rejects(unseal(rings.ring, { ...sealed, ciphertext: changed }), PermanentError)
    assert.throws(() => rings.ring.unwrap('user_2', rings.ring.wrap('user_1', one)), PermanentError)
  })

  it('reads as erased once the key is destroyed, and filling up does not bring it back', async () => {
    await using rings = openRings()
    const key = newUserKey()
    await rings.ring.put('user_1', key)
    const sealed = await seal(rings.ring, 'user_1', PROFILE)
    assert.ok(sealed)
    await rings.ring.destroy('user_1')
    await rings.ring.put('user_1', key)
    assert.equal(await unseal(rings.ring, sealed), 'erased')
    assert.equal(await unseal(rings.other, sealed), 'erased')
    assert.equal(await seal(rings.ring, 'user_1', PROFILE), undefined)
  })

  it('without a key seals nothing, and makes a reader wait', async () => {
    await using rings = openRings()
    assert.equal(await seal(rings.ring, 'user_1', PROFILE), undefined)
    const sealed = { userId: 'user_1', nonce: randomBytes(12), ciphertext: randomBytes(40) }
    await assert.rejects(unseal(rings.ring, sealed), InfrastructureError)
  })

  it('without Redis seals nothing, and makes a reader wait', async () => {
    const redis = new Redis({ port: 1, lazyConnect: true })
    redis.on('error', () => undefined)
    const ring = openKeyRing({ redis, namespace: '', key: randomBytes(32) })
    assert.equal(await seal(ring, 'user_1', PROFILE), undefined)
    await assert.rejects(unseal(ring, { userId: 'user_1', nonce: randomBytes(12), ciphertext: randomBytes(40) }), InfrastructureError)
    redis.disconnect()
  })
})
