import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { servers } from '@vibely/testkit/servers'
import { parse } from 'graphql'
import { Redis } from 'ioredis'
import { send } from './support/member.ts'
import { startTestSystem } from './support/system.ts'

interface SignIn {
  readonly signIn: { readonly userErrors: readonly { readonly __typename: string; readonly code: string; readonly retryAt?: string }[] }
}
const SIGN_IN = parse(
  'mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { __typename code ... on LimitError { retryAt } } } }',
) as TypedDocumentNode<SignIn, { input: { login: string; password: string } }>

test('who guesses passwords through the router is slowed down, and told until when', async () => {
  await using system = await startTestSystem('embedded', { works: 30 })
  const login = 'gina_is_nobody'
  const guess = async () => {
    const { data } = await send(system.routerUrl, SIGN_IN, { input: { login, password: 'a loud harbour at noon' } })
    return data?.signIn.userErrors[0]
  }
  assert.equal((await guess())?.code, 'INVALID_CREDENTIALS')
  // Of many failures, so that a busy machine does not sit the pause out.
  using stack = new DisposableStack()
  const redis = stack.adopt(new Redis(servers().REDIS_URL), (client) => client.disconnect())
  const [key = ''] = await redis.keys(`${system.namespace}sign_in:login:*`)
  await redis.hset(key, 'failures', 30)
  assert.equal((await guess())?.code, 'INVALID_CREDENTIALS')
  const refused = await guess()
  assert.deepEqual([refused?.__typename, refused?.code], ['LimitError', 'ACCOUNT_LOCKED'])
  assert.ok(refused?.retryAt && !Number.isNaN(Date.parse(refused.retryAt)))
})
