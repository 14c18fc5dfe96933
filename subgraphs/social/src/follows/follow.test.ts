import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fromBinary } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { newId } from '@vibely/kit/ids'
import { FollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { addMembers, freshDb } from '../../tests/fresh-social.ts'
import { follow } from './follow.ts'
import { countFollows } from './store.ts'
import { unfollow } from './unfollow.ts'

const store = await freshDb()
after(() => store[Symbol.asyncDispose]())
const { db } = store

const eventsOf = (aggregateId: string) => db.outbox.findMany({ where: { aggregateType: 'follow', aggregateId }, orderBy: { id: 'asc' } })

async function newMember(): Promise<string> {
  const id = newId('user')
  await addMembers(db, [id])
  return id
}

test('following twice is one follow and one event', async () => {
  const [ada, bruno] = [await newMember(), await newMember()]
  const first = await follow(db, ada, bruno)
  const second = await follow(db, ada, bruno)
  assert.ok(first.ok && second.ok)
  assert.deepEqual(second.edge, first.edge)

  const events = await eventsOf(ada)
  assert.deepEqual(
    events.map(({ type, version }) => [type, version]),
    [['vibely.social.v1.Followed', 1]],
  )
  const message = fromBinary(FollowedSchema, events[0]!.payload)
  assert.deepEqual([message.followerId, message.followeeId, timestampDate(message.followedAt!)], [ada, bruno, first.edge.followedAt])
})

test('following the same member many times at once is one follow and one event', async () => {
  const [ada, bruno] = [await newMember(), await newMember()]
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => follow(db, ada, bruno)))
  assert.ok(outcomes.every((outcome) => outcome.ok))
  assert.equal((await eventsOf(ada)).length, 1)
})

test('parallel follows of one member leave the order of the outbox equal to the order of versions', async () => {
  const ada = await newMember()
  const others = Array.from({ length: 25 }, () => newId('user'))
  await addMembers(db, others)
  await Promise.all(others.map((other) => follow(db, ada, other)))

  const versions = (await eventsOf(ada)).map(({ version }) => version)
  assert.deepEqual(
    versions,
    Array.from({ length: 25 }, (_, index) => index + 1),
  )
  assert.equal((await countFollows(db, 'following', [ada])).get(ada), 25)
})

test('parallel followers of one member are all counted', async () => {
  const famous = await newMember()
  const fans = Array.from({ length: 20 }, () => newId('user'))
  await Promise.all(fans.map((fan) => follow(db, fan, famous)))
  await Promise.all(fans.slice(0, 5).map((fan) => unfollow(db, fan, famous)))
  assert.equal((await countFollows(db, 'followers', [famous])).get(famous), 15)
})

test('nobody follows themself, or somebody who is not there', async () => {
  const [ada, gone] = [await newMember(), await newMember()]
  await db.member.update({ where: { id: gone }, data: { status: 'ERASED' } })
  assert.deepEqual(await follow(db, ada, ada), { ok: false, code: 'SELF_ACTION' })
  assert.deepEqual(await follow(db, ada, newId('user')), { ok: false, code: 'NOT_FOUND' })
  assert.deepEqual(await follow(db, ada, gone), { ok: false, code: 'NOT_FOUND' })
  assert.deepEqual(await eventsOf(ada), [])
})

test('unfollowing twice is one event, and following again is a new follow', async () => {
  const [ada, bruno] = [await newMember(), await newMember()]
  await follow(db, ada, bruno)
  assert.deepEqual(await unfollow(db, ada, bruno), { ok: true })
  assert.deepEqual(await unfollow(db, ada, bruno), { ok: true })
  await follow(db, ada, bruno)
  const types = (await eventsOf(ada)).map(({ type }) => type.split('.').at(-1))
  assert.deepEqual(types, ['Followed', 'Unfollowed', 'Followed'])
})

test('a member who left can be unfollowed, somebody unknown cannot', async () => {
  const [ada, gone] = [await newMember(), await newMember()]
  await follow(db, ada, gone)
  await db.member.update({ where: { id: gone }, data: { status: 'ERASED' } })
  assert.deepEqual(await unfollow(db, ada, gone), { ok: true })
  assert.deepEqual(await unfollow(db, ada, newId('user')), { ok: false, code: 'NOT_FOUND' })
})

test('a follow whose event cannot be written is not kept', async () => {
  const [ada, bruno] = [await newMember(), await newMember()]
  // The event of version 1 is there already: appending it once more breaks the unique index.
  await db.$executeRaw`
    INSERT INTO outbox (event_id, aggregate_type, aggregate_id, version, type, payload, headers)
    VALUES (gen_random_uuid(), 'follow', ${ada}, 1, 'x', '', '{}')`
  await assert.rejects(follow(db, ada, bruno))
  assert.equal((await countFollows(db, 'following', [ada])).get(ada), undefined)
})
