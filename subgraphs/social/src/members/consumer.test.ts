import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { newId, uuidv7 } from '@vibely/kit/ids'
import { postgresInbox } from '@vibely/kit/inbox-postgres'
import { newUserKey, openKeyRing, seal } from '@vibely/kit/sealing'
import {
  AccountStatus,
  PublicProfileSchema,
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'
import { dropNamespace } from '@vibely/testkit/cleanup'
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
  await dropNamespace(namespace)
  await store[Symbol.asyncDispose]()
})

const { group, handlers } = members(ring)
const inbox = postgresInbox<Tx>(db)

interface Sent {
  readonly type: string
  readonly eventId: string
  readonly version: number
  readonly aggregateId: string
  readonly payload: Uint8Array
}

const sent = <Desc extends DescMessage>(schema: Desc, userId: string, version: number, init: MessageInitShape<Desc>): Sent => ({
  type: schema.typeName,
  eventId: uuidv7(),
  version,
  aggregateId: userId,
  payload: toBinary(schema, create(schema, init)),
})

/** Delivers an event as the bus does. */
async function deliver(event: Sent): Promise<void> {
  const handler = handlers.find(({ type }) => type === event.type)
  const cause = { actor: 'test', correlationId: event.eventId, causationId: event.eventId }
  await inbox.once(group, event.eventId, async (tx) => handler?.handle(tx, event.payload, { ...event, occurredAt: new Date(), cause }))
}

async function sealedNames(userId: string, username: string) {
  const sealed = await seal(ring, userId, toBinary(PublicProfileSchema, create(PublicProfileSchema, { username, displayName: username })))
  assert.ok(sealed)
  return { profile: sealed }
}

/** The life of an account up to its fifth version. */
async function lifeOf(userId: string): Promise<Sent[]> {
  await ring.put(userId, newUserKey())
  return [
    sent(UserRegisteredSchema, userId, 1, { userId, ...(await sealedNames(userId, 'ada')), locale: 'en' }),
    sent(UserVerifiedSchema, userId, 2, { userId }),
    sent(UserProfileChangedSchema, userId, 3, { userId, ...(await sealedNames(userId, 'ada_l')) }),
    sent(UserStatusChangedSchema, userId, 4, { userId, status: AccountStatus.LIMITED }),
    sent(UserProfileChangedSchema, userId, 5, { userId, ...(await sealedNames(userId, 'ada_lovelace')) }),
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
        displayName: 'ada_lovelace',
        avatarUrl: null,
        namesVersion: 5,
        status: 'LIMITED',
        statusVersion: 4,
      },
      `seed ${seed}`,
    )
  }
})

test('an erased member is a tombstone, whatever comes after or comes again', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const userId = newId('user')
    const life = [...(await lifeOf(userId)), sent(UserStatusChangedSchema, userId, 6, { userId, status: AccountStatus.ERASED })]
    await db.profile.create({ data: { userId, bio: 'About me', links: [], version: 1 } })
    for (const event of shuffled(life, seed)) await deliver(event)
    assert.deepEqual(await findMembers(db, [userId]), [{ id: userId, username: 'deleted', displayName: 'Deleted user', avatarUrl: null }])
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
  const fresh = members(openKeyRing({ redis, namespace, key: randomBytes(32) }))
  const handler = fresh.handlers.find(({ type }) => type === early!.type)!
  const cause = { actor: 'test', correlationId: '', causationId: '' }
  await assert.rejects(
    inbox.once(group, early!.eventId, (tx) => handler.handle(tx, early!.payload, { ...early!, occurredAt: new Date(), cause })),
    { name: 'InfrastructureError' },
  )
  assert.deepEqual(await findMembers(db, [waiting]), [])
})

test('a deactivated member is not shown until it comes back', async () => {
  const userId = newId('user')
  const [registered] = await lifeOf(userId)
  await deliver(registered!)
  await deliver(sent(UserStatusChangedSchema, userId, 2, { userId, status: AccountStatus.DEACTIVATED }))
  assert.deepEqual(await findMembers(db, [userId]), [])
  await deliver(sent(UserStatusChangedSchema, userId, 3, { userId, status: AccountStatus.ACTIVE }))
  assert.equal((await findMembers(db, [userId])).length, 1)
})
