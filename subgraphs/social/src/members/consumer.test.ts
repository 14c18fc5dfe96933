import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { postgresInbox } from '@vibely/kit/inbox-postgres'
import { openKeyRing } from '@vibely/kit/sealing'
import { AccountStatus } from '@vibely/schema/events/auth/v1/user'
import { openAccounts } from '@vibely/testkit/accounts'
import { dropRedis } from '@vibely/testkit/cleanup'
import { deliveries, type Sent } from '@vibely/testkit/deliver'
import { servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { freshDb } from '../../tests/fresh-social.ts'
import type { Tx } from '../db.ts'
import { members } from './consumer.ts'
import { findMembers } from './store.ts'

const store = await freshDb()
const { db, namespace } = store
const redis = new Redis(servers().REDIS_URL)
const ring = openKeyRing({ redis, namespace, key: randomBytes(32) })
after(async () => {
  redis.disconnect()
  await dropRedis(namespace)
  await store[Symbol.asyncDispose]()
})

const accounts = openAccounts(ring)
const inbox = postgresInbox<Tx>(db)
const deliver = deliveries(inbox, [members(ring)])

/** The life of an account up to its fifth version. */
async function lifeOf(userId: string): Promise<Sent[]> {
  return [
    await accounts.registered('Ada', userId),
    accounts.verified(userId),
    await accounts.renamed(userId, 'Ada_L'),
    accounts.statusChanged(userId, AccountStatus.LIMITED),
    await accounts.renamed(userId, 'Ada_Lovelace'),
  ]
}

/** A repeatable shuffle with every event up to three times. */
function shuffled(events: readonly Sent[], seed: number): Sent[] {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  const repeated = events.flatMap((event) => Array.from({ length: 1 + Math.floor(random() * 3) }, () => event))
  return repeated
    .map((event) => ({ event, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ event }) => event)
}

test('events in any order, and repeated, end in the same member', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const userId = newId('user')
    for (const event of shuffled(await lifeOf(userId), seed)) await deliver(event)
    const row = await db.member.findUniqueOrThrow({ where: { id: userId } })
    assert.deepEqual(
      row,
      {
        id: userId,
        username: 'ada_lovelace',
        displayName: 'Ada_Lovelace',
        avatarUrl: null,
        namesVersion: 5,
        status: 'LIMITED',
        statusVersion: 4,
      },
      `seed ${seed}`,
    )
  }
})

const tombstone = (id: string) => ({ id, username: `deleted_${id.slice(-12)}`, displayName: 'Deleted user', avatarUrl: null })

test('an erased member is a tombstone, whatever comes after or comes again', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const userId = newId('user')
    const life = [...(await lifeOf(userId)), accounts.statusChanged(userId, AccountStatus.ERASED)]
    await db.profile.create({ data: { userId, bio: 'About me', links: [], version: 1 } })
    for (const event of shuffled(life, seed)) await deliver(event)
    assert.deepEqual(await findMembers(db, [userId]), [tombstone(userId)])
    const row = await db.member.findUniqueOrThrow({ where: { id: userId } })
    assert.deepEqual([row.username, row.displayName, row.avatarUrl], [null, null, null], `seed ${seed}`)
    assert.equal(await db.profile.count({ where: { userId } }), 0)
  }
})

test('names under a destroyed key make a tombstone; names under a missing key wait', async () => {
  const [erased, waiting] = [newId('user'), newId('user')]
  const [registered] = await lifeOf(erased)
  await ring.destroy(erased)
  await deliver(registered!)
  assert.equal((await findMembers(db, [erased]))[0]?.displayName, 'Deleted user')

  const [early] = await lifeOf(waiting)
  const key = await redis.getdel(`${namespace}user_key:${waiting}`)
  assert.ok(key)
  const forgetful = openKeyRing({ redis, namespace, key: randomBytes(32) })
  await assert.rejects(deliveries(inbox, [members(forgetful)])(early!), { name: 'InfrastructureError' })
  assert.deepEqual(await findMembers(db, [waiting]), [])
})

test('a deactivated member is not shown until it comes back', async () => {
  const registered = await accounts.registered('Ada')
  const { userId } = registered
  await deliver(registered)
  await deliver(accounts.statusChanged(userId, AccountStatus.DEACTIVATED))
  assert.deepEqual(await findMembers(db, [userId]), [])
  await deliver(accounts.statusChanged(userId, AccountStatus.ACTIVE))
  assert.equal((await findMembers(db, [userId])).length, 1)
})
