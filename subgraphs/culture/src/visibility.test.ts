import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { newId, uuidv7 } from '@vibely/kit/ids'
import { mongoInbox } from '@vibely/kit/inbox-mongo'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { freshCulture } from '../tests/fresh-culture.ts'
import { follows } from './follows/consumer.ts'
import type { Visibility } from './generated/graphql.ts'
import { openSight } from './visibility.ts'

const culture = await freshCulture()
after(() => culture[Symbol.asyncDispose]())
const { database } = culture
const inbox = mongoInbox(database.client, database.db)

/** Delivers an event of a follower as the bus does. */
async function deliver<Desc extends DescMessage>(schema: Desc, followerId: string, version: number, init: MessageInitShape<Desc>) {
  const eventId = uuidv7()
  const handler = follows.handlers.find(({ type }) => type === schema.typeName)
  const envelope = { type: schema.typeName, eventId, version, aggregateId: followerId, occurredAt: new Date() }
  const cause = { actor: followerId, correlationId: eventId, causationId: eventId }
  const payload = toBinary(schema, create(schema, init))
  await inbox.once(follows.group, eventId, async (tx) => handler?.handle(tx, payload, { ...envelope, cause }))
}
const follow = (followerId: string, followeeId: string, version = 1) =>
  deliver(FollowedSchema, followerId, version, { followerId, followeeId })
const unfollow = (followerId: string, followeeId: string, version: number) =>
  deliver(UnfollowedSchema, followerId, version, { followerId, followeeId })

const ALL: readonly Visibility[] = ['PUBLIC', 'UNLISTED', 'FOLLOWERS', 'MUTUALS', 'PRIVATE']

/** What a viewer sees of an author who has one piece of each visibility: with the link, and in lists. */
async function seen(viewerId: string | null, userId: string) {
  const pieces = ALL.map((visibility) => ({ _id: newId('piece'), userId, visibility }))
  const collection = database.db.collection<(typeof pieces)[number]>('pieces')
  await collection.deleteMany({})
  await collection.insertMany(pieces)
  const sight = openSight(database, viewerId)
  const linked = await Promise.all(pieces.map((piece) => sight.see(piece)))
  const listed = await collection.find(await sight.listed()).toArray()
  return {
    linked: linked.flatMap((piece) => (piece ? [piece.visibility] : [])),
    listed: ALL.filter((visibility) => listed.some((piece) => piece.visibility === visibility)),
  }
}

test('strangers see what is public, and with the link what is unlisted', async () => {
  const strangers = { linked: ['PUBLIC', 'UNLISTED'], listed: ['PUBLIC'] }
  assert.deepEqual(await seen(null, newId('user')), strangers)
  assert.deepEqual(await seen(newId('user'), newId('user')), strangers)
})

test('an author sees everything of their own', async () => {
  const author = newId('user')
  assert.deepEqual(await seen(author, author), { linked: ALL, listed: ALL })
})

test('followers see what is for followers, mutuals also what is for mutuals', async () => {
  const [author, viewer] = [newId('user'), newId('user')]
  await follow(viewer, author)
  assert.deepEqual((await seen(viewer, author)).listed, ['PUBLIC', 'FOLLOWERS'])
  await follow(author, viewer)
  assert.deepEqual(await seen(viewer, author), {
    linked: ['PUBLIC', 'UNLISTED', 'FOLLOWERS', 'MUTUALS'],
    listed: ['PUBLIC', 'FOLLOWERS', 'MUTUALS'],
  })
})

test('to be followed by the author alone shows nothing more', async () => {
  const [author, viewer] = [newId('user'), newId('user')]
  await follow(author, viewer)
  assert.deepEqual((await seen(viewer, author)).listed, ['PUBLIC'])
})

test('a follow that ended stays ended, whatever comes late', async () => {
  const [author, viewer] = [newId('user'), newId('user')]
  await unfollow(viewer, author, 2)
  await follow(viewer, author, 1)
  assert.deepEqual((await seen(viewer, author)).listed, ['PUBLIC'])
})
