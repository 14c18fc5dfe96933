import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '@vibely/kit/ids'
import { eventually } from '@vibely/testkit/eventually'
import { memberViewer } from '@vibely/testkit/router-side'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy, type TcpProxy } from '@vibely/testkit/tcp-proxy'
import { type RunningFeed, runningFeed } from './running-feed.ts'

let proxy: TcpProxy
let feed: RunningFeed
before(async () => {
  proxy = await openTcpProxy(servers().REDIS_URL)
  feed = await runningFeed({ REDIS_URL: proxy.url })
})
after(async () => {
  await feed[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

test('without Redis the feed is read, presence says that it is not known, and nothing is lost', async () => {
  const { world } = feed
  const [ann, bob, genreId] = [await world.registered('Ann'), await world.registered('Bob'), newId('genre')]
  const viewer = memberViewer(bob.userId)
  const past = new Date(Date.now() - 60_000)
  const review = () => ({
    reviewId: newId('review'),
    authorId: ann.userId,
    workId: newId('work'),
    genreIds: [genreId],
    publishedAt: new Date(),
    excerpt: 'Fine.',
  })
  const homeOf = async () => {
    const { data } = await feed.ask({ query: '{ homeFeed { nodes { id excerpt } } }' }, viewer)
    return (data as { homeFeed: { nodes: unknown[] } }).homeFeed.nodes
  }
  await feed.send(
    ann,
    bob,
    world.followed(bob.userId, ann.userId, past),
    world.interest(bob.userId, genreId, past),
    await world.published(review()),
  )
  await eventually(async () => (await homeOf()).length === 1)
  await eventually(async () => (await feed.live.range(`notifications:${bob.userId}`, 0)).length === 1)

  proxy.cut()
  assert.equal((await homeOf()).length, 1)
  const query = 'query Presence($of: [_Any!]!) { _entities(representations: $of) { ... on User { presence { state } } } }'
  const unknown = await feed.ask({ query, variables: { of: [{ __typename: 'User', id: ann.userId }] } }, viewer)
  assert.deepEqual(unknown.data, { _entities: [{ presence: null }] })
  assert.equal(unknown.errors?.[0]?.extensions?.code, 'SUBGRAPH_UNAVAILABLE')
  assert.equal((await fetch(`${feed.url}/readyz`)).status, 200)
  // Its excerpt waits for the author's key, and its event for the stream.
  await feed.send(await world.published(review()))

  proxy.mend()
  await eventually(async () => (await homeOf()).length === 2)
  await eventually(async () => (await feed.live.range(`notifications:${bob.userId}`, 0)).length === 2)
})
