import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import type { Viewer } from '@vibely/kit/viewer'
import { memberViewer } from '@vibely/testkit/router-side'
import { type RunningFeed, runningFeed } from '../../tests/running-feed.ts'
import { appendEvents, readEpoch } from './store.ts'

const QUERY = `query Stored($channel: String!, $after: Int!, $first: Int!) {
  storedEvents(channel: $channel, after: $after, first: $first) { seq epoch data traceparent }
}`

let feed: RunningFeed
before(async () => {
  feed = await runningFeed()
})
after(() => feed[Symbol.asyncDispose]())

const stored = async (viewer: Viewer | null, variables: { channel: string; after?: number; first?: number }) => {
  const { data, errors } = await feed.ask({ query: QUERY, variables: { after: 0, first: 500, ...variables } }, viewer)
  return { events: (data as { storedEvents: unknown } | null)?.storedEvents ?? null, code: errors?.[0]?.extensions?.code }
}

test('stored events are read in order, behind a place, by the member whose they are', async () => {
  const { database } = feed.fresh
  const userId = newId('user')
  const channel = `notifications:${userId}`
  await inTransaction(database.client, database.db, (tx) =>
    appendEvents(
      tx,
      [1, 2, 3].map((n) => ({ channel, data: { n } })),
    ),
  )
  const viewer = memberViewer(userId)
  const epoch = await readEpoch(database)
  const event = (n: number) => ({ seq: n, epoch, data: `{"n":${n}}`, traceparent: null })
  assert.deepEqual(await stored(viewer, { channel }), { events: [1, 2, 3].map(event), code: undefined })
  assert.deepEqual(await stored(viewer, { channel, after: 1, first: 1 }), { events: [event(2)], code: undefined })

  assert.deepEqual(await stored(memberViewer(newId('user')), { channel }), { events: null, code: 'FORBIDDEN' })
  assert.deepEqual(await stored(memberViewer(userId, { scopes: [] }), { channel }), { events: null, code: 'INSUFFICIENT_SCOPE' })
  assert.deepEqual(await stored(null, { channel }), { events: null, code: 'UNAUTHENTICATED' })
  assert.deepEqual(await stored(viewer, { channel, first: 501 }), { events: null, code: 'BAD_USER_INPUT' })
})
