import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fromBinary } from '@bufbuild/protobuf'
import { unseal } from '@vibely/kit/sealing'
import { PublicProfileSchema, UserProfileChangedSchema, UserRegisteredSchema, UserVerifiedSchema } from '@vibely/schema/events/auth/v1/user'
import { eventually } from '@vibely/testkit/eventually'
import { memberViewer } from '@vibely/testkit/router-side'
import { refillRing } from '../src/keys/ring-refill.ts'
import { clientsOf } from './clients.ts'
import { runningAuth } from './running-auth.ts'

const auth = await runningAuth()
after(() => auth[Symbol.asyncDispose]())
const { mutate, freshName, registered, registration, mailedToken } = clientsOf(auth)

/** The events of a user on Kafka, once there are as many. */
const eventsOf = (userId: string, count: number) =>
  eventually(async () => {
    const all = await auth.bus.readAll('vibely.auth.user.v1')
    const own = all.filter(({ key }) => key === userId)
    return (
      own.length >= count &&
      own.map(({ headers, value }) => ({ type: headers.ce_type, version: headers.aggregate_version, value: value ?? Buffer.alloc(0) }))
    )
  })

async function opened(sealed: Parameters<typeof unseal>[1] | undefined) {
  assert.ok(sealed)
  const bytes = await unseal(auth.keyRing, sealed)
  assert.notEqual(bytes, 'erased')
  const { username, displayName, avatarUrl } = fromBinary(PublicProfileSchema, bytes as Uint8Array)
  return { username, displayName, avatarUrl }
}

test('what happens to a user reaches Kafka in order, its names sealed with its own key', async () => {
  const member = await registered({ displayName: 'Ada Lovelace' })
  await mutate('verifyEmail', 'user { id }', { token: await mailedToken(member.email) })
  const username = freshName()
  await mutate('renameUser', 'user { id }', { username }, memberViewer(member.id))

  const events = await eventsOf(member.id, 3)
  assert.deepEqual(
    events.map(({ type, version }) => [type, version]),
    [
      ['vibely.auth.v1.UserRegistered', '1'],
      ['vibely.auth.v1.UserVerified', '2'],
      ['vibely.auth.v1.UserProfileChanged', '3'],
    ],
  )
  const [first, second, third] = events.map(({ value }) => value)
  const opening = fromBinary(UserRegisteredSchema, first!)
  assert.deepEqual([opening.userId, opening.locale], [member.id, 'en'])
  assert.deepEqual(await opened(opening.profile), { username: member.username, displayName: 'Ada Lovelace', avatarUrl: undefined })
  assert.equal(fromBinary(UserVerifiedSchema, second!).userId, member.id)
  assert.deepEqual(await opened(fromBinary(UserProfileChangedSchema, third!).profile), {
    username,
    displayName: 'Ada Lovelace',
    avatarUrl: undefined,
  })

  for (const { value } of events) {
    for (const name of [member.username, 'Lovelace', member.email, username]) assert.equal(value.includes(name), false)
  }
})

test('a refused registration and a refused rename write no event', async () => {
  const member = await registered()
  const before = await auth.db.outbox.count()
  await mutate('register', 'user { id }', registration({ username: member.username }))
  const other = await registered()
  await mutate('renameUser', 'user { id }', { username: member.username }, memberViewer(other.id))
  assert.equal(await auth.db.outbox.count(), before + 1, 'only the registration of the other one')
})

test('a key ring that Redis has lost is filled from PostgreSQL, a whole one is left alone', async () => {
  const members = await Promise.all([registered(), registered(), registered()])
  await refillRing({ ...auth, ring: auth.keyRing })
  assert.equal(await refillRing({ ...auth, ring: auth.keyRing }), 0)

  const before = await Promise.all(members.map(({ id }) => auth.keyRing.find(id)))
  await auth.redis.del([...(await auth.redis.keys(`${auth.namespace}user_key:*`)), `${auth.namespace}auth:key_ring_filled`])
  assert.equal(await refillRing({ ...auth, ring: auth.keyRing }), await auth.db.userKey.count())
  const stored = await Promise.all(members.map(({ id }) => auth.redis.get(`${auth.namespace}user_key:${id}`)))
  assert.ok(stored.every((key) => key !== null))
  assert.ok(before.every((key) => key instanceof Uint8Array))
})

test('a key that could not be put at registration is put by the next refill', async () => {
  const { id } = await registered()
  await refillRing({ ...auth, ring: auth.keyRing })
  await auth.redis.del(`${auth.namespace}user_key:${id}`)
  await auth.db.userKey.update({ where: { accountId: id }, data: { inRing: false } })
  assert.equal(await refillRing({ ...auth, ring: auth.keyRing }), 1)
  assert.ok(await auth.redis.get(`${auth.namespace}user_key:${id}`))
})

test('without Redis members still register, sign in and refresh; their names wait for the key', async () => {
  await using alone = await runningAuth({ REDIS_URL: 'redis://127.0.0.1:1' })
  const clients = clientsOf(alone)
  const { id, refreshToken } = await clients.registered()
  assert.deepEqual(clients.codes(await clients.mutate('refreshSession', 'tokens { accessToken }', { refreshToken })), [])
  assert.deepEqual(await alone.db.userKey.findUnique({ where: { accountId: id }, select: { inRing: true } }), { inRing: false })

  const [event] = await eventually(async () => {
    const all = await alone.bus.readAll('vibely.auth.user.v1')
    return all.length > 0 && all
  })
  const { profile } = fromBinary(UserRegisteredSchema, event?.value ?? new Uint8Array())
  await assert.rejects(unseal(alone.keyRing, profile!), { name: 'InfrastructureError' })
  assert.equal(await refillRing({ ...alone, ring: alone.keyRing }), 1)
  assert.ok((await unseal(alone.keyRing, profile!)) instanceof Uint8Array)
})
