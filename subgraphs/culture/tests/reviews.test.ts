import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { toMessage } from '@vibely/kit/envelope'
import { newId, uuidv7 } from '@vibely/kit/ids'
import { newUserKey, seal } from '@vibely/kit/sealing'
import type { Viewer } from '@vibely/kit/viewer'
import { PublicProfileSchema, UserRegisteredSchema } from '@vibely/schema/events/auth/v1/user'
import { ReviewPublishedSchema } from '@vibely/schema/events/culture/v1/review'
import { eventually } from '@vibely/testkit/eventually'
import { memberViewer } from '@vibely/testkit/router-side'
import type { Work } from '../src/works/store.ts'
import { addFilm } from './fresh-culture.ts'
import { type RunningCulture, runningCulture } from './running-culture.ts'

let culture: RunningCulture
let film: Work
before(async () => {
  culture = await runningCulture()
  film = await addFilm(culture.fresh)
})
after(() => culture[Symbol.asyncDispose]())

const PUBLISH = `mutation Publish($input: PublishReviewInput!) { publishReview(input: $input) {
  review { id title body excerpt hiddenAsSpoiler score visibility version createdAt editedAt author { id username displayName avatarUrl } work { id title } }
  entry { id status score user { id username } review { id } }
  userErrors { __typename code message path }
} }`
const inputOf = (fields: object = {}) => ({
  workId: film._id,
  body: 'Two tired men, one city, and a **bank**.',
  containsSpoilers: false,
  visibility: 'PUBLIC',
  ...fields,
})

interface Published {
  readonly publishReview: {
    readonly review: { readonly id: string; readonly author: { readonly username: string } } | null
    readonly entry: object | null
    readonly userErrors: readonly { readonly code: string; readonly path: readonly string[] }[]
  } | null
}
const publish = async (viewer: Viewer | null, fields: object = {}) => {
  const answer = await culture.ask({ query: PUBLISH, variables: { input: inputOf(fields) } }, viewer)
  return { ...(answer.data as unknown as Published | null)?.publishReview, code: answer.errors?.[0]?.extensions?.code }
}

/** A member of whom auth has told on Kafka. */
async function registered(username: string): Promise<Viewer> {
  const userId = newId('user')
  const { keyRing } = culture.fresh.services
  await keyRing.put(userId, newUserKey())
  const names = create(PublicProfileSchema, { username, displayName: `${username}!`, avatarUrl: 'https://img.example/a.png' })
  const profile = (await seal(keyRing, userId, toBinary(PublicProfileSchema, names)))!
  const message = toMessage({
    eventId: uuidv7(),
    aggregateType: 'user',
    aggregateId: userId,
    version: 1,
    type: UserRegisteredSchema.typeName,
    payload: toBinary(UserRegisteredSchema, create(UserRegisteredSchema, { userId, profile, locale: 'en' })),
    headers: {},
    createdAt: new Date(),
  })
  await culture.bus.publish([message])
  const viewer = memberViewer(userId)
  const USER = 'query User($ids: [ID!]!) { nodes(ids: $ids) { id } }'
  await eventually(async () => {
    const answer = await culture.ask({ query: USER, variables: { ids: [userId] } })
    return (answer.data as { nodes: unknown[] } | null)?.nodes[0] != null
  })
  return viewer
}

test("a review is published with its author's name from Kafka, and its event reaches Kafka", async () => {
  const ada = await registered('ada')
  const { review, entry, userErrors } = await publish(ada, { score: 90, title: 'Heat' })
  assert.deepEqual(userErrors, [])
  assert.ok(review)
  assert.deepEqual(review, {
    id: review.id,
    title: 'Heat',
    body: 'Two tired men, one city, and a **bank**.',
    excerpt: 'Two tired men, one city, and a bank.',
    hiddenAsSpoiler: false,
    score: 90,
    visibility: 'PUBLIC',
    version: 1,
    createdAt: (review as unknown as { createdAt: string }).createdAt,
    editedAt: null,
    author: { id: ada.id, username: 'ada', displayName: 'ada!', avatarUrl: 'https://img.example/a.png' },
    work: { id: film._id, title: 'Heat' },
  })
  assert.deepEqual(entry, {
    id: (entry as { id: string }).id,
    status: 'DONE',
    score: 90,
    user: { id: ada.id, username: 'ada' },
    review: { id: review.id },
  })
  const message = await eventually(async () => {
    const messages = await culture.bus.readAll('vibely.culture.review.v1')
    return messages.find(({ key }) => key === review.id) ?? false
  })
  assert.equal(message.headers.ce_type, ReviewPublishedSchema.typeName)
  assert.equal(message.headers.actor, ada.id)
  assert.equal(fromBinary(ReviewPublishedSchema, message.value!).review?.authorId, ada.id)
})

test('publishing needs a viewer, the scope, a confirmed address and good standing', async () => {
  const member = memberViewer(newId('user'))
  assert.equal((await publish(null)).code, 'UNAUTHENTICATED')
  assert.equal((await publish({ ...member, scopes: ['library:read'] })).code, 'INSUFFICIENT_SCOPE')
  assert.equal((await publish({ ...member, facts: ['not_sanctioned'] })).code, 'FORBIDDEN')
  assert.equal((await publish({ ...member, facts: ['verified_email'] })).code, 'FORBIDDEN')
})

test('what the caller can correct is data, with its place', async () => {
  const member = memberViewer(newId('user'))
  assert.deepEqual((await publish(member, { body: 'short' })).userErrors, [
    { __typename: 'InputError', code: 'TOO_SHORT', message: 'This is too short.', path: ['input', 'body'] },
  ])
  assert.deepEqual(
    (await publish(member, { workId: newId('work') })).userErrors?.map(({ code, path }) => [code, path]),
    [['NOT_FOUND', ['input', 'workId']]],
  )
  assert.equal((await publish(member, { score: 101 })).code, 'BAD_USER_INPUT')
})

test('a private review exists for its author alone, wherever it is asked for', async () => {
  const author = await registered('bruno')
  const { review } = await publish(author, { visibility: 'PRIVATE' })
  const id = review!.id
  const EVERYWHERE = `query Everywhere($id: ID!, $workId: ID!, $representations: [_Any!]!) {
    review(id: $id) { id }
    node(id: $id) { id }
    work(by: { id: $workId }) { reviews(first: 100) { nodes { id } } }
    _entities(representations: $representations) { ... on Review { id } ... on User { reviews { nodes { id } } library { nodes { review { id } } } } }
  }`
  const representations = [
    { __typename: 'Review', id },
    { __typename: 'User', id: author.id },
  ]
  const seen = async (viewer: Viewer | null) =>
    JSON.stringify(await culture.ask({ query: EVERYWHERE, variables: { id, workId: film._id, representations } }, viewer)).split(id)
      .length - 1
  assert.equal(await seen(null), 0)
  assert.equal(await seen(memberViewer(newId('user'))), 0)
  assert.equal(await seen(author), 6)
})

test('what the author marked as a spoiler is hidden from others until they ask', async () => {
  const author = await registered('chiara')
  const { review } = await publish(author, { containsSpoilers: true })
  const READ = 'query Read($id: ID!) { review(id: $id) { hiddenAsSpoiler body excerpt revealed: body(revealSpoilers: true) } }'
  const read = async (viewer: Viewer | null) => (await culture.ask({ query: READ, variables: { id: review!.id } }, viewer)).data?.review
  const body = 'Two tired men, one city, and a **bank**.'
  assert.deepEqual(await read(null), { hiddenAsSpoiler: true, body: null, excerpt: null, revealed: body })
  assert.deepEqual(await read(author), { hiddenAsSpoiler: false, body, excerpt: 'Two tired men, one city, and a bank.', revealed: body })
})

test('an edit takes what is given, clears with null and refuses to clear what is needed', async () => {
  const author = await registered('dmitri')
  const { review } = await publish(author, { title: 'Old' })
  const EDIT = `mutation Edit($input: EditReviewInput!) { editReview(input: $input) {
    review { title version editedAt } userErrors { code path ... on ConflictError { currentVersion } } } }`
  const edit = async (fields: object) =>
    (await culture.ask({ query: EDIT, variables: { input: { reviewId: review!.id, expectedVersion: 1, ...fields } } }, author)).data
      ?.editReview
  assert.deepEqual(await edit({ body: null }), { review: null, userErrors: [{ code: 'REQUIRED', path: ['input', 'body'] }] })
  const edited = (await edit({ title: null })) as { review: { title: null; version: number; editedAt: string } }
  assert.deepEqual([edited.review.title, edited.review.version], [null, 2])
  assert.deepEqual(await edit({ title: 'Late' }), {
    review: null,
    userErrors: [{ code: 'STALE_VERSION', path: ['input', 'expectedVersion'], currentVersion: 2 }],
  })
})

test("the viewer's entry needs the scope, and libraries show what may be seen", async () => {
  const member = await registered('elif')
  const SET = `mutation Set($input: SetLibraryEntryInput!) { setLibraryEntry(input: $input) { entry { id version startedOn } userErrors { code path } } }`
  const set = async (fields: object) =>
    (await culture.ask({ query: SET, variables: { input: { workId: film._id, ...fields } } }, member)).data?.setLibraryEntry
  const first = (await set({ status: 'CONSUMING', startedOn: '2026-02', visibility: 'PRIVATE' })) as {
    entry: { id: string; version: number; startedOn: string }
  }
  assert.equal(first.entry.startedOn, '2026-02')
  assert.deepEqual(await set({ status: 'DONE', finishedOn: '2025' }), {
    entry: null,
    userErrors: [{ code: 'INVALID', path: ['input', 'finishedOn'] }],
  })

  const MINE = 'query Mine($by: WorkRef!) { work(by: $by) { viewerEntry { id } } }'
  const mine = (viewer: Viewer | null) => culture.ask({ query: MINE, variables: { by: { id: film._id } } }, viewer)
  assert.deepEqual((await mine(member)).data?.work, { viewerEntry: { id: first.entry.id } })
  assert.equal((await mine(null)).errors?.[0]?.extensions?.code, 'UNAUTHENTICATED')

  const LIBRARY =
    'query Library($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { library { nodes { id } totalCount { value } } } } }'
  const library = async (viewer: Viewer | null) => {
    const answer = await culture.ask<{ _entities: { library: { totalCount: { value: number } } }[] }>(
      { query: LIBRARY, variables: { representations: [{ __typename: 'User', id: member.id }] } },
      viewer,
    )
    return answer.data?._entities[0]?.library.totalCount.value
  }
  assert.equal(await library(member), 1)
  assert.equal(await library(null), 0)
})
