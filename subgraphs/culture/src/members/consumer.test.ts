import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { InfrastructureError } from '@vibely/kit/errors'
import { newId, uuidv7 } from '@vibely/kit/ids'
import { mongoInbox } from '@vibely/kit/inbox-mongo'
import { newUserKey, seal } from '@vibely/kit/sealing'
import {
  AccountStatus,
  PublicProfileSchema,
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
} from '@vibely/schema/events/auth/v1/user'
import { freshCulture } from '../../tests/fresh-culture.ts'
import { members } from './consumer.ts'
import { findMembers } from './store.ts'

const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { database, services } = culture
const { keyRing } = services
const { group, handlers } = members(keyRing)
const inbox = mongoInbox(database.client, database.db)

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

/** A user with a key, and what auth tells of it. */
async function user() {
  const userId = newId('user')
  await keyRing.put(userId, newUserKey())
  const profile = async (username: string) => {
    const bytes = toBinary(PublicProfileSchema, create(PublicProfileSchema, { username, displayName: username.toUpperCase() }))
    return (await seal(keyRing, userId, bytes))!
  }
  return {
    userId,
    registered: async (name: string) => sent(UserRegisteredSchema, userId, 1, { userId, profile: await profile(name) }),
    renamed: async (name: string, version: number) =>
      sent(UserProfileChangedSchema, userId, version, { userId, profile: await profile(name) }),
    erased: (version: number) => sent(UserStatusChangedSchema, userId, version, { userId, status: AccountStatus.ERASED }),
    shown: async () => (await findMembers(database, [userId])).at(0),
  }
}

test('names follow auth, in whatever order and however often they come', async () => {
  const one = await user()
  const events = [await one.registered('ada'), await one.renamed('ada2', 2), await one.renamed('ada3', 3)]
  for (const order of [
    [2, 0, 1],
    [1, 2, 0, 0, 1],
    [0, 1, 2],
  ])
    for (const index of order) await deliver(events[index]!)
  assert.deepEqual(await one.shown(), { _id: one.userId, username: 'ada3', displayName: 'ADA3', avatarUrl: null })
})

test('erasure leaves a tombstone, and no late event brings the names back', async () => {
  const one = await user()
  const late = await one.renamed('bruno2', 2)
  await deliver(await one.registered('bruno'))
  await deliver(one.erased(3))
  await deliver(late)
  await deliver(await one.renamed('bruno4', 4))
  const member = await one.shown()
  assert.equal(member?.displayName, 'Deleted user')
  assert.match(member?.username ?? '', /^deleted_/)
  const row = await database.db.collection<{ _id: string }>('members').findOne({ _id: one.userId })
  assert.doesNotMatch(JSON.stringify(row), /bruno/i)
})

test('a destroyed key is an erasure, whatever the event says', async () => {
  const one = await user()
  const event = await one.registered('chiara')
  await keyRing.destroy(one.userId)
  await deliver(event)
  assert.equal((await one.shown())?.displayName, 'Deleted user')
})

test('without a key the consumer waits', async () => {
  const userId = newId('user')
  const profile = { userId, nonce: new Uint8Array(12), ciphertext: new Uint8Array(16) }
  await assert.rejects(deliver(sent(UserRegisteredSchema, userId, 1, { userId, profile })), InfrastructureError)
  assert.deepEqual(await findMembers(database, [userId]), [])
})
