import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { FollowUserDocument, PublishReviewDocument, RateWorkDocument, RenameUserDocument, WorksDocument } from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { parse } from 'graphql'
import { Redis } from 'ioredis'
import { type AnotherRouter, startAnotherRouter } from './support/another-router.ts'
import { call, type Member, newMember, send } from './support/member.ts'
import { startTestSystem, type TestSystem, topologies } from './support/system.ts'

// Asked through `node`, so that auth and social are asked for the entity.
const MEMBER = parse('query Seen($id: ID!) { node(id: $id) { ... on User { username followerCount } } }') as TypedDocumentNode<
  { node: { username: string; followerCount: number } | null },
  { id: string }
>
const RATED = parse('query Rated { homeFeed { nodes { work { id title ratingSummary { count } } } } }') as TypedDocumentNode<
  { homeFeed: { nodes: { work: { id: string; ratingSummary: { count: number } } | null }[] } },
  object
>
const UNFOLLOW = parse('mutation Leave($id: ID!) { unfollowUser(input: { userId: $id }) { userErrors { code } } }') as TypedDocumentNode<
  object,
  { id: string }
>

for (const topology of topologies) {
  describe(`what one router changed, the next read on another one shows (${topology})`, () => {
    let system: TestSystem
    let other: AnotherRouter
    let redis: Redis
    let members: Member[]

    before(async () => {
      system = await startTestSystem(topology, { works: 30 })
      other = await startAnotherRouter(system)
      redis = new Redis(servers().REDIS_URL)
      members = await Promise.all(['ada', 'bruno', 'chiara'].map((name) => newMember(system.routerUrl, name, name.toUpperCase())))
      await system.settled()
    })
    after(async () => {
      redis?.disconnect()
      await other?.[Symbol.asyncDispose]()
      await system?.[Symbol.asyncDispose]()
    })

    const seen = async (url: string, id: string) => (await call(url, MEMBER, { id })).node
    /** Reads until both routers have what they read from what is kept. */
    const kept = (subgraph: string, type: string, id: string, read: (url: string) => Promise<unknown>) =>
      eventually(async () => {
        await Promise.all([read(system.routerUrl), read(other.url)])
        return (await redis.keys(`${system.namespace}ent:${subgraph}:${type}:${id}:*`)).length > 0
      })

    test('a new name', async () => {
      for (const member of members) {
        await kept('auth', 'User', member.id, (url) => seen(url, member.id))
        await member.call(RenameUserDocument, { input: { username: `${member.username}_anew` } })
        const [there, here] = await Promise.all([seen(other.url, member.id), seen(system.routerUrl, member.id)])
        assert.deepEqual([there?.username, here?.username], [`${member.username}_anew`, `${member.username}_anew`])
      }
    })

    test('a number of followers', async () => {
      const [ada, bruno] = members
      assert.ok(ada && bruno)
      await kept('social', 'User', ada.id, (url) => seen(url, ada.id))
      for (let i = 0; i < 5; i += 1) {
        await bruno.call(FollowUserDocument, { input: { userId: ada.id } })
        assert.equal((await seen(other.url, ada.id))?.followerCount, 1)
        await call(other.url, UNFOLLOW, { id: ada.id }, bruno.accessToken)
        assert.equal((await seen(system.routerUrl, ada.id))?.followerCount, 0)
      }
    })

    test('a rating', async () => {
      const [ada, bruno, chiara] = members
      assert.ok(ada && bruno && chiara)
      const { works } = await ada.call(WorksDocument, { filter: { mediaTypes: ['FILM'] } })
      const film = works?.nodes[0]
      assert.ok(film)
      const review = { workId: film.id, title: 'Good', body: 'One sees it once and thinks of it for years.', score: 80 }
      await ada.call(PublishReviewDocument, { input: { ...review, containsSpoilers: false, visibility: 'PUBLIC' } })
      await system.settled()
      const count = async (url: string) => {
        const { homeFeed } = await call(url, RATED, {}, ada.accessToken)
        return homeFeed.nodes.find(({ work }) => work?.id === film.id)?.work?.ratingSummary.count
      }
      await kept('culture', '*', film.id, count)
      for (const [index, member] of [bruno, chiara].entries()) {
        await member.call(RateWorkDocument, { input: { workId: film.id, score: 50 } })
        assert.deepEqual([await count(other.url), await count(system.routerUrl)], [index + 2, index + 2])
      }
      await bruno.call(RateWorkDocument, { input: { workId: film.id, score: null } })
      assert.deepEqual([await count(other.url), await count(system.routerUrl)], [2, 2])
    })

    test('nothing that depends on the viewer is kept', async () => {
      const [ada, bruno] = members
      assert.ok(ada && bruno)
      const PRIVATE = parse('query Own($id: ID!) { node(id: $id) { ... on User { id relationship { state } profileVersion } } }')
      const answers = await Promise.all(
        [ada, bruno, ada, bruno].map(({ accessToken }) => send(system.routerUrl, PRIVATE as typeof MEMBER, { id: ada.id }, accessToken)),
      )
      const relations = answers.map(({ data }) => (data?.node as { relationship?: { state: string } | null } | null)?.relationship?.state)
      assert.deepEqual(relations, [undefined, 'NONE', undefined, 'NONE'])
      const texts = await Promise.all((await redis.keys(`${system.namespace}ent:*`)).map((key) => redis.get(key)))
      assert.doesNotMatch(texts.join('\n'), /relationship|profileVersion|viewerEntry|viewerFollows/)
    })
  })
}
