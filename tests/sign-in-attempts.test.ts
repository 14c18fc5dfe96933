import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { parse } from 'graphql'
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
  for (let failure = 1; failure <= 4; failure += 1) assert.equal((await guess())?.code, 'INVALID_CREDENTIALS')
  const [refused] = (await Promise.all([guess(), guess()])).filter((error) => error?.code !== 'INVALID_CREDENTIALS')
  assert.deepEqual([refused?.__typename, refused?.code], ['LimitError', 'ACCOUNT_LOCKED'])
  assert.ok(refused?.retryAt && !Number.isNaN(Date.parse(refused.retryAt)))
})
