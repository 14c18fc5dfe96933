import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDb } from '../../tests/fresh-auth.ts'
import { choose, openSigningKeys } from './signing-keys.ts'

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
