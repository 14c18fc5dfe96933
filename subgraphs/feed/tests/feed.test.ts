import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import type { LiveEvent } from '@vibely/kit/live'
import { eventually } from '@vibely/testkit/eventually'
import { memberViewer } from '@vibely/testkit/router-side'
import { type RunningFeed, runningFeed } from './running-feed.ts'
import type { TestReview } from './world.ts'

let feed: RunningFeed
before(async () => {
  feed = await runningFeed()
})
after(() => feed[Symbol.asyncDispose]())

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

const HOME = `query Home($first: Int, $after: String) { homeFeed(first: $first, after: $after) {
  edges { cursor node { id } }
  nodes {
    id verb occurredAt excerpt
    actor { id username displayName avatarUrl }
    subject { __typename ... on Review { id } }
    work { id }
    reason { kind explanation via { id displayName } genre { id } }
  }
  pageInfo { hasNextPage hasPreviousPage endCursor }
} }`
const NOTIFICATIONS = `query Notifications($unreadOnly: Boolean) { notifications(unreadOnly: $unreadOnly) {
  nodes { id kind text readAt actorCount actors { id displayName } subject { __typename ... on Review { id } } work { id } }
  totalCount { value exact }
} unreadCounts { notifications } }`
const ENTITY = `query Entity($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Notification { id text actors { displayName } work { id } }
} }`
const MARK = `mutation Mark($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
  unread { notifications } userErrors { code path }
} }`

/** Ann, whom Bob follows in Drama, has reviewed Heat, and Bob knows. */
async function told() {
  const { world } = feed
  const [ann, bob, drama] = [await world.registered('Ann'), await world.registered('Bob'), world.genre('Drama')]
  const heat = world.work('Heat', [drama.genreId])
  const review: TestReview = {
    reviewId: newId('review'),
    authorId: ann.userId,
    workId: heat.workId,
    genreIds: [drama.genreId],
    publishedAt: minutesAgo(1),
    excerpt: 'Michael Mann at his best.',
  }
  await feed.send(ann, bob, drama, heat)
  await feed.send(world.followed(bob.userId, ann.userId, minutesAgo(10)), world.interest(bob.userId, drama.genreId, minutesAgo(9)))
  await feed.send(await world.published(review))
  const viewer = memberViewer(bob.userId)
  const notification = await eventually(async () => {
    const { data } = await feed.ask({ query: NOTIFICATIONS }, viewer)
    const page = data as { notifications: { nodes: { id: string; text: string; actors: { displayName: string }[] }[] } }
    return page.notifications.nodes[0]?.text === 'Ann reviewed Heat.' && page.notifications.nodes[0]
  })
  return { ann, bob, drama, heat, review, viewer, notification }
}

test('a review reaches the follower: notification, counts, live event, home feed', async () => {
  const { ann, drama, heat, review, viewer, notification } = await told()
  const answer = await feed.ask({ query: NOTIFICATIONS }, viewer)
  assert.deepEqual(answer, {
    data: {
      notifications: {
        nodes: [
          {
            id: notification.id,
            kind: 'FRIEND_REVIEW',
            text: 'Ann reviewed Heat.',
            readAt: null,
            actorCount: 1,
            actors: [{ id: ann.userId, displayName: 'Ann' }],
            subject: { __typename: 'Review', id: review.reviewId },
            work: { id: heat.workId },
          },
        ],
        totalCount: { value: 1, exact: true },
      },
      unreadCounts: { notifications: 1 },
    },
  })

  const events = await eventually(async () => {
    const range = await feed.live.range(`notifications:${viewer.id}`, 0)
    return range.length > 0 && range
  })
  assert.deepEqual(
    events.map(({ seq, data }: LiveEvent) => ({ seq, data: JSON.parse(data) })),
    [{ seq: 1, data: { __typename: 'NotificationEvent', notification: { __typename: 'Notification', id: notification.id } } }],
  )

  const home = await feed.ask({ query: HOME }, viewer)
  assert.equal(home.errors, undefined)
  const { nodes } = (home.data as { homeFeed: { nodes: Record<string, unknown>[] } }).homeFeed
  assert.equal(nodes.length, 1)
  const { id, ...node } = nodes[0]!
  assert.match(String(id), /^feed_item_/)
  assert.deepEqual(node, {
    verb: 'REVIEWED',
    occurredAt: review.publishedAt.toISOString(),
    excerpt: 'Michael Mann at his best.',
    actor: { id: ann.userId, username: 'ann', displayName: 'Ann', avatarUrl: null },
    subject: { __typename: 'Review', id: review.reviewId },
    work: { id: heat.workId },
    reason: {
      kind: 'FOLLOWED_MEMBER',
      explanation: 'You follow Ann and Drama.',
      via: { id: ann.userId, displayName: 'Ann' },
      genre: { id: drama.genreId },
    },
  })
})

test('a new name of the author shows in what was sent before', async () => {
  const { ann, viewer } = await told()
  await feed.send(await feed.world.renamed(ann.userId, 'Annabel'))
  await eventually(async () => {
    const [sent, home] = [await feed.ask({ query: NOTIFICATIONS }, viewer), await feed.ask({ query: HOME }, viewer)]
    const shown = JSON.stringify([sent.data, home.data])
    return shown.includes('Annabel reviewed Heat.') && shown.includes('"username":"annabel"') && !shown.includes('"Ann"')
  })
})

test('a notification is an entity for its addressee alone', async () => {
  const { viewer, notification, heat } = await told()
  const variables = { representations: [{ __typename: 'Notification', id: notification.id }] }
  assert.deepEqual(await feed.ask({ query: ENTITY, variables }, viewer), {
    data: { _entities: [{ id: notification.id, text: 'Ann reviewed Heat.', actors: [{ displayName: 'Ann' }], work: { id: heat.workId } }] },
  })
  assert.deepEqual((await feed.ask({ query: ENTITY, variables }, memberViewer(newId('user')))).data, { _entities: [null] })
  assert.deepEqual((await feed.ask({ query: ENTITY, variables })).data, { _entities: [null] })
})

test('notifications are marked as read by id or time, only the own ones, and other devices hear of it', async () => {
  const { viewer, notification } = await told()
  const mark = (input: object, who = viewer) => feed.ask({ query: MARK, variables: { input } }, who)
  const stranger = memberViewer(newId('user'))
  assert.deepEqual((await mark({ ids: [notification.id] }, stranger)).data, {
    markNotificationsRead: { unread: { notifications: 0 }, userErrors: [] },
  })
  assert.deepEqual((await mark({ allBefore: minutesAgo(5).toISOString() })).data, {
    markNotificationsRead: { unread: { notifications: 1 }, userErrors: [] },
  })
  for (let turn = 0; turn < 2; turn += 1) {
    assert.deepEqual((await mark({ ids: [notification.id], allBefore: new Date().toISOString() })).data, {
      markNotificationsRead: { unread: { notifications: 0 }, userErrors: [] },
    })
  }
  const unread = await feed.ask({ query: NOTIFICATIONS, variables: { unreadOnly: true } }, viewer)
  assert.deepEqual(unread.data, { notifications: { nodes: [], totalCount: { value: 0, exact: true } }, unreadCounts: { notifications: 0 } })
  await eventually(async () => (await feed.live.range(`notifications:${viewer.id}`, 0)).length === 2)

  assert.deepEqual((await mark({})).data, {
    markNotificationsRead: { unread: null, userErrors: [{ code: 'REQUIRED', path: ['input'] }] },
  })
  assert.deepEqual((await mark({ ids: ['review_x'] })).data, {
    markNotificationsRead: { unread: null, userErrors: [{ code: 'INVALID', path: ['input', 'ids'] }] },
  })
  assert.deepEqual((await mark({ ids: Array.from({ length: 101 }, () => notification.id) })).data, {
    markNotificationsRead: { unread: null, userErrors: [{ code: 'TOO_LONG', path: ['input', 'ids'] }] },
  })
})

test('pages of the home feed join without gap or repeat, and a cursor is good for its owner only', async () => {
  const { ann, drama, review, viewer } = await told()
  const older = Array.from({ length: 4 }, (_, n) => ({
    ...review,
    reviewId: newId('review'),
    publishedAt: minutesAgo(2 + Math.floor(n / 2)),
  }))
  for (const one of older) await feed.send(await feed.world.published(one))
  type Home = {
    homeFeed: { edges: { cursor: string }[]; nodes: { subject: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
  }
  const page = async (variables: Record<string, unknown>) => (await feed.ask({ query: HOME, variables }, viewer)).data as unknown as Home
  await eventually(async () => (await page({ first: 100 })).homeFeed.nodes.length === 5)

  const seen: string[] = []
  for (let after: string | null = null; ; ) {
    const { homeFeed } = await page({ first: 2, after })
    seen.push(...homeFeed.nodes.map(({ subject }) => subject.id))
    if (!homeFeed.pageInfo.hasNextPage) break
    after = homeFeed.pageInfo.endCursor
  }
  assert.deepEqual(
    seen,
    (await page({ first: 100 })).homeFeed.nodes.map(({ subject }) => subject.id),
  )
  assert.equal(new Set(seen).size, 5)

  const cursor = (await page({ first: 1 })).homeFeed.edges[0]?.cursor
  const stolen = await feed.ask({ query: HOME, variables: { after: cursor } }, memberViewer(ann.userId))
  assert.equal(stolen.errors?.[0]?.extensions?.code, 'INVALID_CURSOR')
  const own = await feed.ask({ query: HOME }, memberViewer(ann.userId))
  const { nodes } = (own.data as unknown as { homeFeed: { nodes: { reason: object }[] } }).homeFeed
  assert.deepEqual(nodes[0]?.reason, { kind: 'SELF', explanation: 'You wrote this.', via: null, genre: null })
  assert.ok(drama)
})

test('presence counts all devices of a member and is for signed-in members', async () => {
  const ann = await feed.world.registered('Ann')
  await feed.send(ann)
  const BEAT =
    'mutation Beat($state: PresenceState!) { heartbeat(input: { state: $state, platform: WEB }) { presence { state lastSeenAt } nextInSeconds userErrors { code } } }'
  const [laptop, phone] = ['laptop', 'phone'].map((sessionId) => memberViewer(ann.userId, { sessionId }))
  const beat = async (state: string, viewer = laptop!) => (await feed.ask({ query: BEAT, variables: { state } }, viewer)).data
  const presenceOf = (id: string, viewer: Parameters<RunningFeed['ask']>[1]) =>
    feed.ask(
      {
        query: 'query Presence($of: [_Any!]!) { _entities(representations: $of) { ... on User { presence { state } } } }',
        variables: { of: [{ __typename: 'User', id }] },
      },
      viewer,
    )
  const reader = memberViewer(newId('user'))

  await eventually(async () => {
    assert.deepEqual((await presenceOf(ann.userId, reader)).data, { _entities: [{ presence: { state: 'OFFLINE' } }] })
  })
  assert.deepEqual(await beat('ONLINE'), {
    heartbeat: { presence: { state: 'ONLINE', lastSeenAt: null }, nextInSeconds: 10, userErrors: [] },
  })
  await beat('AWAY', phone)
  assert.deepEqual((await presenceOf(ann.userId, reader)).data, { _entities: [{ presence: { state: 'ONLINE' } }] })
  await beat('OFFLINE')
  assert.deepEqual((await presenceOf(ann.userId, reader)).data, { _entities: [{ presence: { state: 'AWAY' } }] })
  await beat('OFFLINE', phone)
  assert.deepEqual((await presenceOf(ann.userId, reader)).data, { _entities: [{ presence: { state: 'OFFLINE' } }] })

  assert.equal((await presenceOf(ann.userId, null)).errors?.[0]?.extensions?.code, 'UNAUTHENTICATED')
  assert.equal((await presenceOf(ann.userId, memberViewer(ann.userId, { scopes: [] }))).errors?.[0]?.extensions?.code, 'INSUFFICIENT_SCOPE')
  assert.deepEqual((await presenceOf(newId('user'), reader)).data, { _entities: [null] })
  const apiKey = await feed.ask({ query: BEAT, variables: { state: 'ONLINE' } }, memberViewer(ann.userId, { sessionId: null }))
  assert.equal(apiKey.errors?.[0]?.extensions?.code, 'FORBIDDEN')
})

test('nobody reads without signing in and the scope', async () => {
  for (const query of [HOME, NOTIFICATIONS]) {
    assert.equal((await feed.ask({ query })).errors?.[0]?.extensions?.code, 'UNAUTHENTICATED')
    const poor = await feed.ask({ query }, memberViewer(newId('user'), { scopes: [] }))
    assert.equal(poor.errors?.[0]?.extensions?.code, 'INSUFFICIENT_SCOPE')
  }
  const unsigned = await fetch(`${feed.url}/graphql`, { method: 'POST', body: JSON.stringify({ query: '{ __typename }' }) })
  assert.equal(unsigned.status, 401)
  assert.equal((await fetch(`${feed.url}/readyz`)).status, 200)
})
