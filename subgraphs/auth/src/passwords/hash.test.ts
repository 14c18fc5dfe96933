import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, isOutdated, verifyPassword } from './hash.ts'

const CHEAP = { memory: 19_456, passes: 2 }

test('a password matches its own hash and no other does', async () => {
  const stored = await hashPassword('a quiet harbour')
  assert.match(stored, /^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.equal(await verifyPassword('a quiet harbour', stored), true)
  assert.equal(await verifyPassword('a quiet harbor', stored), false)
  assert.notEqual(await hashPassword('a quiet harbour'), stored, 'each hash has its own salt')
})

test('the same characters match however they are composed', async () => {
  assert.equal(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait')), true)
})

test('an unknown login is never a match', async () => {
  assert.equal(await verifyPassword('a quiet harbour', null), false)
})

test('hashes of another cost are verified and known as outdated', async () => {
  const old = await hashPassword('a quiet harbour', CHEAP)
  assert.equal(await verifyPassword('a quiet harbour', old), true)
  assert.deepEqual([isOutdated(old), isOutdated(await hashPassword('a quiet harbour'))], [true, false])
})

test('a flood of hashes is refused beyond those that may wait', async () => {
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => hashPassword('a quiet harbour', CHEAP)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.ok(refused.length >= 6 && refused.length <= 9, `${refused.length} refused`)
  for (const { reason } of refused) assert.deepEqual([reason.code, reason.extensions.retryAfterMs], ['RATE_LIMITED', 2_000])
})
