import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDb } from '../../tests/fresh-auth.ts'
import { choose, openSigningKeys, rotateSigningKey } from './signing-keys.ts'

const SECRET = 'a secret of more than thirty-two characters'
const MINUTE = 60_000
const at = (minutes: number, retired: number | null = null) => ({
  createdAt: new Date(minutes * MINUTE),
  retiredAt: retired === null ? null : new Date(retired * MINUTE),
})

test('processes that start at once end up with one key', async () => {
  await using fresh = await freshDb()
  const opened = await Promise.all(Array.from({ length: 6 }, () => openSigningKeys({ db: fresh.db, secret: SECRET })))
  const kids = await Promise.all(opened.map(async (keys) => (await keys.current()).kid))
  assert.equal(new Set(kids).size, 1)
  assert.deepEqual(
    (await opened[0]!.jwks()).keys.map((key) => key.kid),
    [kids[0]],
  )
})

test('a secret that is not the one of the keys stops the start', async () => {
  await using fresh = await freshDb()
  await openSigningKeys({ db: fresh.db, secret: SECRET })
  await assert.rejects(openSigningKeys({ db: fresh.db, secret: `${SECRET}!` }), /TOKEN_KEY_SECRET does not open the signing key/)
})

test('a key set to rest stays published for a while and then vanishes', async () => {
  await using fresh = await freshDb()
  const { kid } = await (await openSigningKeys({ db: fresh.db, secret: SECRET })).current()
  const { publicJwk, ...row } = await fresh.db.signingKey.findUniqueOrThrow({ where: { kid } })
  await fresh.db.signingKey.create({
    data: { ...row, publicJwk: publicJwk as object, kid: 'retired', retiredAt: new Date(Date.now() - 14 * MINUTE) },
  })
  await fresh.db.signingKey.create({
    data: { ...row, publicJwk: publicJwk as object, kid: 'gone', retiredAt: new Date(Date.now() - 16 * MINUTE) },
  })
  const keys = await openSigningKeys({ db: fresh.db, secret: SECRET })
  assert.equal((await keys.current()).kid, kid)
  assert.equal((await keys.jwks()).keys.length, 2)
})

test('a new key signs once it was published for ten minutes; the first one at once', () => {
  const [old, fresh] = [at(0), at(100)]
  assert.equal(choose([fresh], 100 * MINUTE), fresh)
  assert.equal(choose([old, fresh], 109 * MINUTE), old)
  assert.equal(choose([old, fresh], 110 * MINUTE), fresh)
  assert.equal(choose([at(0, 105), fresh], 106 * MINUTE), fresh)
  assert.equal(choose([at(0, 105)], 106 * MINUTE), undefined)
})

test('a rotation signs nobody out: the old key signs until the new one is known, and stays published while its tokens live', async () => {
  await using fresh = await freshDb()
  const options = { db: fresh.db, secret: SECRET }
  const opened = () => openSigningKeys(options)
  const old = await (await opened()).current()
  // The first key of an installation is not new any more.
  const age = (minutes: number) =>
    fresh.db
      .$executeRaw`UPDATE signing_key SET created_at = created_at - make_interval(mins => ${minutes}), retired_at = retired_at - make_interval(mins => ${minutes})`
  await age(60)
  const { kid, made, knownFrom } = (await rotateSigningKey(options))!
  assert.ok(made && Math.abs(knownFrom.getTime() - Date.now() - 10 * MINUTE) < MINUTE)
  assert.deepEqual(await rotateSigningKey(options), { kid, made: false, knownFrom }, 'a repeat makes no other')
  const published = async () => (await (await opened()).jwks()).keys.map((key) => key.kid).sort()
  const signing = async () => (await (await opened()).current()).kid

  assert.deepEqual([await signing(), await published()], [old.kid, [old.kid, kid].sort()])
  await age(11)
  assert.deepEqual([await signing(), await published()], [kid, [old.kid, kid].sort()])
  await age(15)
  assert.deepEqual([await signing(), await published()], [kid, [old.kid, kid].sort()])
  await age(2)
  assert.deepEqual([await signing(), await published()], [kid, [kid]])
  assert.notEqual((await rotateSigningKey(options))?.kid, kid, 'it can be done again')
})

test('rotations at once make one key', async () => {
  await using fresh = await freshDb()
  const options = { db: fresh.db, secret: SECRET }
  await openSigningKeys(options)
  await fresh.db.$executeRaw`UPDATE signing_key SET created_at = created_at - interval '1 day'`
  const made = await Promise.all(Array.from({ length: 4 }, () => rotateSigningKey(options)))
  assert.equal(new Set(made.map((rotation) => rotation?.kid)).size, 1)
  assert.equal(made.filter((rotation) => rotation?.made).length, 1)
  assert.equal(await fresh.db.signingKey.count(), 2)
})
