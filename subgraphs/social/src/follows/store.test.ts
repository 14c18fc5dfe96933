import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PrismaPg } from '@prisma/adapter-pg'
import { newId } from '@vibely/kit/ids'
import { freshDb } from '../../tests/fresh-social.ts'
import { PrismaClient } from '../generated/prisma/client.ts'
import {
  countFollows,
  type FollowEdge,
  type FollowPage,
  findFollowPages,
  findFollowsBetween,
  followPagesQuery,
  type Side,
} from './store.ts'

const store = await freshDb()
after(() => store[Symbol.asyncDispose]())
const { db } = store

const famous = newId('user')
const busy = newId('user')
// Many follows of one millisecond: the id has to decide their order.
const edges: FollowEdge[] = Array.from({ length: 3_000 }, (_, index) => ({
  followerId: newId('user'),
  followeeId: index % 3 === 0 ? famous : newId('user'),
  followedAt: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 7)),
}))
edges.push(...edges.slice(0, 200).map(({ followerId, followedAt }) => ({ followerId: busy, followeeId: followerId, followedAt })))
await db.follow.createMany({ data: edges })
// Follows of others, so many that reading them all is never the cheapest way.
await db.$executeRaw`
  INSERT INTO follow (follower_id, followee_id) SELECT 'user_a' || n, 'user_b' || (n % 997) FROM generate_series(1, 40000) AS n`
await db.$executeRaw`ANALYZE follow`

const otherOf = (side: Side, edge: FollowEdge) => (side === 'followers' ? edge.followerId : edge.followeeId)

/** Walks a whole list in pages. */
async function walk(side: Side, memberId: string, options: { backward: boolean; limit: number }): Promise<string[]> {
  const seen: string[] = []
  let page: FollowPage = { ...options, place: null }
  for (;;) {
    const rows = (await findFollowPages(db, side, [memberId], page)).get(memberId) ?? []
    const shown = rows.slice(0, options.limit)
    seen.push(...shown.map((edge) => otherOf(side, edge)))
    const last = shown.at(-1)
    if (rows.length <= options.limit || !last) return seen
    page = { ...options, place: { followedAt: last.followedAt, otherId: otherOf(side, last) } }
  }
}

test('pages from both ends hold every follow once, newest first', async () => {
  for (const [side, member] of [
    ['followers', famous],
    ['following', busy],
  ] as const) {
    const mine = edges.filter((edge) => (side === 'followers' ? edge.followeeId : edge.followerId) === member)
    const expected = mine
      .toSorted((a, b) => b.followedAt.getTime() - a.followedAt.getTime() || (otherOf(side, a) < otherOf(side, b) ? 1 : -1))
      .map((edge) => otherOf(side, edge))
    assert.deepEqual(await walk(side, member, { backward: false, limit: 37 }), expected)
    assert.deepEqual(await walk(side, member, { backward: true, limit: 37 }), expected.toReversed())
  }
})

test('one query reads the pages of many members', async () => {
  const others = edges.slice(0, 5).map((edge) => edge.followerId)
  const pages = await findFollowPages(db, 'following', [busy, ...others], { backward: false, limit: 2, place: null })
  assert.equal(pages.get(busy)?.length, 3)
  for (const other of others) assert.equal(pages.get(other)?.length, 1)
})

interface Plan {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly Plans?: readonly Plan[]
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

async function explain(query: string, values: readonly unknown[]): Promise<Plan> {
  const rows = await db.$queryRawUnsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`EXPLAIN (ANALYZE, FORMAT JSON) ${query}`, ...values)
  return rows[0]!['QUERY PLAN'][0].Plan
}

test('a page is read from its index alone, as many rows as the page has', async () => {
  const place = { followedAt: new Date(Date.UTC(2026, 0, 1) + 200), otherId: newId('user') }
  for (const [side, member, index] of [
    ['followers', famous, 'follow_followers'],
    ['following', busy, 'follow_following'],
  ] as const) {
    for (const backward of [false, true]) {
      const query = followPagesQuery(side, [member], { limit: 10, backward, place: side === 'followers' ? place : null })
      const nodes = nodesOf(await explain(query.text, query.values))
      const scans = nodes.filter((node) => node['Node Type'].includes('Scan') && node['Node Type'] !== 'Function Scan')
      assert.deepEqual([...new Set(scans.map((node) => node['Index Name']))], [index])
      assert.ok(
        scans.every((node) => node['Actual Rows'] <= 11),
        JSON.stringify(scans),
      )
      assert.ok(!nodes.some((node) => node['Node Type'] === 'Sort'))
    }
  }
})

test('counts and ties of many members are read from indexes', async () => {
  const logged: { query: string; params: string }[] = []
  const listening = new PrismaClient({
    adapter: new PrismaPg({ connectionString: store.postgresUrl }),
    log: [{ emit: 'event', level: 'query' }],
  })
  listening.$on('query', ({ query, params }) => logged.push({ query, params }))
  const some = edges.slice(0, 20).map((edge) => edge.followerId)
  await countFollows(listening, 'followers', some)
  await countFollows(listening, 'following', some)
  await findFollowsBetween(listening, busy, some)
  await listening.$disconnect()

  assert.equal(logged.length, 3)
  for (const { query, params } of logged) {
    const nodes = nodesOf(await explain(query, JSON.parse(params)))
    assert.ok(!nodes.some((node) => node['Node Type'] === 'Seq Scan'), query)
  }
})
