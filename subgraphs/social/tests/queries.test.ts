import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PrismaPg } from '@prisma/adapter-pg'
import { newId } from '@vibely/kit/ids'
import { createLogger } from '@vibely/kit/logger'
import { openCursors } from '@vibely/kit/pages'
import { executeSubgraph, type Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { memberViewer } from '@vibely/testkit/router-side'
import type { Context } from '../src/context.ts'
import { PrismaClient } from '../src/generated/prisma/client.ts'
import { openLoaders } from '../src/loaders.ts'
import { schema } from '../src/schema.ts'
import { addMembers, freshDb } from './fresh-social.ts'

const store = await freshDb()
const db = new PrismaClient({
  adapter: new PrismaPg({ connectionString: store.postgresUrl }),
  log: [{ emit: 'event', level: 'query' }],
})
after(async () => {
  await db.$disconnect()
  await store[Symbol.asyncDispose]()
})
const queries: string[] = []
db.$on('query', ({ query }) => queries.push(query))

const cursors = openCursors('c'.repeat(32))
const subgraph: Subgraph = {
  name: 'social',
  schema,
  logger: createLogger({ service: 'test', level: 'fatal' }),
  contextFor: ({ viewer }): Context => ({ viewer, db, loaders: openLoaders(db, viewer), cursors }),
  ready: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

const ids = Array.from({ length: 40 }, () => newId('user'))
const genres = Array.from({ length: 5 }, () => newId('genre'))
await addMembers(db, ids)
await db.genre.createMany({ data: genres.map((id) => ({ id, version: 1 })) })
await db.follow.createMany({
  data: ids.flatMap((followerId, at) => [1, 2, 3].map((step) => ({ followerId, followeeId: ids[(at + step) % ids.length]! }))),
})
await db.interest.createMany({ data: ids.flatMap((userId) => genres.map((genreId, at) => ({ userId, genreId, weight: (at + 1) / 10 }))) })

const EVERYTHING = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on User {
  id username displayName avatarUrl bio links profileVersion followerCount followingCount relationship { state followsViewer }
  followers(first: 2) { edges { followedAt node { username } } nodes { username bio followerCount relationship { state } } totalCount { value } }
  following(first: 2) { nodes { username } totalCount { value } }
  interests(first: 3) { weight since genre { id followerCount viewerFollows } }
} } }`

/** How many queries the answer about this many members takes. */
async function queriesFor(members: number): Promise<number> {
  queries.length = 0
  const representations = ids.slice(0, members).map((id) => ({ __typename: 'User', id }))
  const request = { query: EVERYTHING, variables: { ids: representations } }
  const { data, errors } = await executeSubgraph(subgraph, request, { ...ANONYMOUS, viewer: memberViewer(newId('user')) })
  assert.equal(errors, undefined)
  assert.equal((data?._entities as unknown[] | undefined)?.length, members)
  return queries.length
}

test('the number of queries does not grow with the number of members', async () => {
  const [few, many] = [await queriesFor(2), await queriesFor(30)]
  assert.ok(many <= few, `${few} queries for few members, ${many} for many:\n${queries.join('\n')}`)
  // One a loader, and once more for the members and genres inside the pages.
  assert.ok(few <= 15, `${few} queries`)
})
