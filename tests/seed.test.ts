import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { HomeFeedDocument, SignInDocument } from '@vibely/schema/operations'
import { parse } from 'graphql'
import { demoMembers, seedDemo } from '../infra/seed/demo.ts'
import { call } from './support/member.ts'
import { startTestSystem } from './support/system.ts'

const PASSWORD = 'a long enough pass phrase 42'
const FOLLOWED = parse('query Followed { viewer { user { followerCount followingCount } } }') as TypedDocumentNode<
  { viewer: { user: { followerCount: number; followingCount: number } } },
  object
>

test('the seed brings demo members to life within the limits of any client, and a second run changes nothing', async () => {
  await using system = await startTestSystem('embedded', { works: 300 })
  const { routerUrl } = system
  const steps: string[] = []
  const seed = () => seedDemo({ routerUrl, password: PASSWORD, onProgress: (done, total) => steps.push(`${done}/${total}`) })
  const seen = async () => {
    await system.settled()
    const { signIn } = await call(routerUrl, SignInDocument, { input: { login: 'ada', password: PASSWORD } })
    const token = signIn?.tokens?.accessToken
    const { homeFeed } = await call(routerUrl, HomeFeedDocument, { first: 50 }, token)
    return { feed: homeFeed?.nodes.map(({ id }) => id), follows: await call(routerUrl, FOLLOWED, {}, token) }
  }

  await seed()
  assert.equal(steps.length, demoMembers.length)
  const first = await seen()
  assert.ok((first.feed?.length ?? 0) > 0)
  assert.equal(first.follows.viewer.user.followerCount, 4)

  await seed()
  assert.deepEqual(await seen(), first)
})
