import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { newId } from '@vibely/kit/ids'
import { newUserKey, seal } from '@vibely/kit/sealing'
import { PublicProfileSchema, UserProfileChangedSchema, UserRegisteredSchema } from '@vibely/schema/events/auth/v1/user'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { eventually } from '@vibely/testkit/eventually'
import { memberViewer } from '@vibely/testkit/router-side'
import { addMembers } from './fresh-social.ts'
import { runningSocial } from './running-social.ts'

const social = await runningSocial()
after(() => social[Symbol.asyncDispose]())
const { db, bus } = social

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of the query beside it.
type Answer = { data: any; errors?: any[] }

/** Asks as a member, or as nobody. */
const ask = async (query: string, variables: Record<string, unknown> = {}, userId?: string): Promise<Answer> =>
  (await social.router.ask(social.url, { query, variables }, userId === undefined ? null : memberViewer(userId))) as Answer

async function newMember(): Promise<string> {
  const id = newId('user')
  await addMembers(db, [id])
  return id
}

const FOLLOW = `mutation ($input: FollowUserInput!) {
  followUser(input: $input) { user { id username } state followedAt userErrors { __typename code message path } }
}`
const MEMBER = `query ($ids: [_Any!]!, $first: Int, $after: String, $last: Int, $before: String) {
  _entities(representations: $ids) { ... on User {
    id followerCount followingCount
    followers(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor followedAt node { id username displayName avatarUrl } }
      nodes { username }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totalCount { value exact }
    }
  } }
}`
const user = (id: string) => ({ __typename: 'User', id })

test('a follow shows from both sides, and becomes mutual', async () => {
  const [ada, bruno] = [await newMember(), await newMember()]
  const { data } = await ask(FOLLOW, { input: { userId: bruno } }, ada)
  assert.deepEqual(
    { ...data.followUser, followedAt: typeof data.followUser.followedAt },
    { user: { id: bruno, username: bruno.slice(-8) }, state: 'FOLLOWING', followedAt: 'string', userErrors: [] },
  )
  const relationship = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on User { id relationship { state followsViewer } } } }`
  const seenByBruno = await ask(relationship, { ids: [user(ada), user(bruno)] }, bruno)
  assert.deepEqual(seenByBruno.data._entities, [
    { id: ada, relationship: { state: 'NONE', followsViewer: true } },
    { id: bruno, relationship: null },
  ])
  assert.equal((await ask(FOLLOW, { input: { userId: ada } }, bruno)).data.followUser.state, 'MUTUAL')

  const unfollow = `mutation ($input: UnfollowUserInput!) { unfollowUser(input: $input) { user { id } userErrors { code } } }`
  assert.deepEqual((await ask(unfollow, { input: { userId: ada } }, bruno)).data.unfollowUser, { user: { id: ada }, userErrors: [] })
  const seenByAda = await ask(relationship, { ids: [user(bruno)] }, ada)
  assert.deepEqual(seenByAda.data._entities, [{ id: bruno, relationship: { state: 'FOLLOWING', followsViewer: false } }])
})

test('what a caller does wrong comes back as data', async () => {
  const ada = await newMember()
  const unknown = await ask(FOLLOW, { input: { userId: newId('user') } }, ada)
  assert.deepEqual(unknown.data.followUser, {
    user: null,
    state: null,
    followedAt: null,
    userErrors: [{ __typename: 'InputError', code: 'NOT_FOUND', message: 'There is no such object.', path: ['input', 'userId'] }],
  })
  const self = await ask(FOLLOW, { input: { userId: ada } }, ada)
  assert.equal(self.data.followUser.userErrors[0].code, 'SELF_ACTION')
})

test('a write needs a viewer and its scope', async () => {
  const ada = await newMember()
  const anonymous = await ask(FOLLOW, { input: { userId: ada } })
  assert.equal(anonymous.data.followUser, null)
  assert.equal(anonymous.errors?.[0].extensions.code, 'UNAUTHENTICATED')
  const question = { query: FOLLOW, variables: { input: { userId: ada } } }
  const reader = await social.router.ask(social.url, question, memberViewer(newId('user'), { scopes: ['social:read'] }))
  assert.equal(reader.errors?.[0]?.extensions?.code, 'INSUFFICIENT_SCOPE')
})

test('followers are paged from both ends, counted exactly, and a foreign cursor is refused', async () => {
  const [famous, other] = [await newMember(), await newMember()]
  const fans = Array.from({ length: 7 }, () => newId('user'))
  await addMembers(db, fans)
  for (const fan of fans) await ask(FOLLOW, { input: { userId: famous } }, fan)
  const page = async (args: Record<string, unknown>) => (await ask(MEMBER, { ids: [user(famous)], ...args })).data._entities[0]
  const names = (followers: { nodes: { username: string }[] }) => followers.nodes.map(({ username }) => username)
  const newestFirst = fans.toReversed().map((fan) => fan.slice(-8))

  const first = await page({ first: 3 })
  assert.equal(first.followerCount, 7)
  assert.deepEqual(first.followers.totalCount, { value: 7, exact: true })
  assert.deepEqual(names(first.followers), newestFirst.slice(0, 3))
  assert.deepEqual([first.followers.pageInfo.hasNextPage, first.followers.pageInfo.hasPreviousPage], [true, false])

  const second = await page({ first: 10, after: first.followers.pageInfo.endCursor })
  assert.deepEqual(names(second.followers), newestFirst.slice(3))
  assert.deepEqual([second.followers.pageInfo.hasNextPage, second.followers.pageInfo.hasPreviousPage], [false, true])

  const last = await page({ last: 2 })
  assert.deepEqual(names(last.followers), newestFirst.slice(-2))
  const before = await page({ last: 10, before: last.followers.pageInfo.startCursor })
  assert.deepEqual(names(before.followers), newestFirst.slice(0, -2))

  const foreign = await ask(MEMBER, { ids: [user(other)], first: 3, after: first.followers.pageInfo.endCursor })
  assert.equal(foreign.errors?.[0].extensions.code, 'INVALID_CURSOR')
  const both = await ask(MEMBER, { ids: [user(famous)], first: 1, last: 1 })
  assert.equal(both.errors?.[0].extensions.code, 'BAD_USER_INPUT')
  const many = await ask(MEMBER, { ids: [user(famous)], first: 101 })
  assert.equal(many.errors?.[0].extensions.code, 'BAD_USER_INPUT')
})

test('a follower who left stays as a tombstone; one whose name is on its way is left out until it comes', async () => {
  const [famous, gone] = [await newMember(), await newMember()]
  const early = newId('user')
  await ask(FOLLOW, { input: { userId: famous } }, gone)
  await ask(FOLLOW, { input: { userId: famous } }, early)
  await db.member.update({ where: { id: gone }, data: { status: 'ERASED', username: null, displayName: null } })

  const { followers } = (await ask(MEMBER, { ids: [user(famous)] })).data._entities[0]
  assert.deepEqual(
    followers.edges.map((edge: { node: { displayName: string } }) => edge.node.displayName),
    ['Deleted user'],
  )
  await addMembers(db, [early])
  assert.equal((await ask(MEMBER, { ids: [user(famous)] })).data._entities[0].followers.edges.length, 2)
})

test('a profile is read by all, its version by its owner', async () => {
  const [ada, bruno] = [await newMember(), await newMember()]
  const update = `mutation ($input: UpdateProfileInput!) {
    updateProfile(input: $input) { user { id bio links profileVersion } userErrors { __typename code path ... on ConflictError { currentVersion } } }
  }`
  const input = { bio: '*Reads* at night.', links: ['https://ada.example/'], expectedVersion: 0 }
  const { data } = await ask(update, { input }, ada)
  assert.deepEqual(data.updateProfile, {
    user: { id: ada, bio: input.bio, links: input.links, profileVersion: 1 },
    userErrors: [],
  })
  const stale = await ask(update, { input }, ada)
  assert.deepEqual(stale.data.updateProfile, {
    user: null,
    userErrors: [{ __typename: 'ConflictError', code: 'STALE_VERSION', path: ['input', 'expectedVersion'], currentVersion: 1 }],
  })
  const read = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on User { bio links profileVersion } } }`
  assert.deepEqual((await ask(read, { ids: [user(ada)] }, bruno)).data._entities, [
    { bio: input.bio, links: input.links, profileVersion: null },
  ])
  const unsafe = await ask(update, { input: { links: ['javascript:alert(1)'] } }, ada)
  assert.equal(unsafe.errors?.[0].extensions.code, 'BAD_USER_INPUT')
})

test('entities of unknown ids are null', async () => {
  const representations = [user(newId('user')), { __typename: 'Genre', id: newId('genre') }]
  const query = `query ($ids: [_Any!]!) { _entities(representations: $ids) { __typename } }`
  assert.deepEqual((await ask(query, { ids: representations })).data._entities, [null, null])
})

/** Publishes an event as another subgraph's relay does. */
async function publish<Desc extends DescMessage>(topic: string, key: string, version: number, schema: Desc, init: MessageInitShape<Desc>) {
  const headers = {
    ce_id: crypto.randomUUID(),
    ce_type: schema.typeName,
    ce_subject: key,
    ce_time: new Date().toISOString(),
    aggregate_version: String(version),
  }
  await bus.publish([{ topic, key, value: toBinary(schema, create(schema, init)), headers }])
}

test('members and genres come over Kafka, a rename follows, and what is written here leaves over Kafka', async () => {
  const [ada, bruno, drama] = [newId('user'), await newMember(), newId('genre')]
  await social.keyRing.put(ada, newUserKey())
  const names = async (username: string) => {
    const profile = await seal(
      social.keyRing,
      ada,
      toBinary(PublicProfileSchema, create(PublicProfileSchema, { username, displayName: 'Ada' })),
    )
    return { userId: ada, ...(profile && { profile }) }
  }
  await publish('vibely.auth.user.v1', ada, 1, UserRegisteredSchema, { ...(await names('ada')), locale: 'en' })
  await publish('vibely.culture.genre-state.v1', drama, 1, GenreChangedSchema, { genreId: drama, slug: 'drama', names: { en: 'Drama' } })

  const followed = await eventually(async () => {
    const { data } = await ask(FOLLOW, { input: { userId: ada } }, bruno)
    return data.followUser.user !== null && data.followUser
  })
  assert.equal(followed.user.username, 'ada')
  await publish('vibely.auth.user.v1', ada, 2, UserProfileChangedSchema, await names('ada_l'))
  await eventually(async () => (await ask(FOLLOW, { input: { userId: ada } }, bruno)).data.followUser.user.username === 'ada_l')

  const followGenre = `mutation ($input: FollowGenreInput!) {
    followGenre(input: $input) { genre { id followerCount viewerFollows } userErrors { code } }
  }`
  const genre = await eventually(async () => {
    const { data } = await ask(followGenre, { input: { genreId: drama, weight: 0.5 } }, bruno)
    return data.followGenre.genre
  })
  assert.deepEqual(genre, { id: drama, followerCount: 1, viewerFollows: true })
  const interests = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on User { interests { genre { id } weight source } } } }`
  const { data } = await ask(interests, { ids: [user(bruno)] })
  assert.deepEqual(data._entities[0].interests, [{ genre: { id: drama }, weight: 0.5, source: 'CHOSEN' }])

  await eventually(async () => {
    const [follows, changes] = [await bus.readAll('vibely.social.follow.v1'), await bus.readAll('vibely.social.interest.v1')]
    const mine = follows.filter(({ key }) => key === bruno)
    assert.deepEqual(
      mine.map(({ headers }) => [headers.ce_type, headers.aggregate_version, headers.actor]),
      [['vibely.social.v1.Followed', '1', bruno]],
    )
    assert.equal(changes.filter(({ key }) => key === bruno).length, 1)
  })
})
