import assert from 'node:assert/strict'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type FollowGenreMutation, RegisterDocument, SignInDocument, VerifyEmailDocument } from '@vibely/schema/operations'
import { eventually } from '@vibely/testkit/eventually'
import { type FormattedExecutionResult, print } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

type UserErrors = FollowGenreMutation extends { followGenre?: infer P }
  ? NonNullable<P> extends { userErrors: infer E }
    ? E
    : never
  : never

/** Sends one operation over HTTP and gives the whole answer. */
export async function send<Data, Variables>(
  routerUrl: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  accessToken?: string,
): Promise<FormattedExecutionResult<Data>> {
  const response = await fetch(`${routerUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accessToken && { authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify({ query: print(document), variables }),
  })
  return (await response.json()) as FormattedExecutionResult<Data>
}

/** Sends one operation that must succeed, without errors of any kind. */
export async function call<Data, Variables>(
  routerUrl: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  accessToken?: string,
): Promise<Data> {
  const answer = await send(routerUrl, document, variables, accessToken)
  assert.deepEqual(answer.errors ?? [], [])
  assert.ok(answer.data)
  for (const payload of Object.values(answer.data as Record<string, { userErrors?: UserErrors } | null>)) {
    assert.deepEqual(payload?.userErrors ?? [], [])
  }
  return answer.data
}

/** A plain graphql-ws client with an access token or API key. */
export const socketOf = (routerUrl: string, credential: string): Client =>
  createClient({
    url: `${routerUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${credential}` },
    retryAttempts: 0,
  })

/** A member as a front end sees one: signed in, verified, with a socket of its own. */
export interface Member {
  readonly id: string
  readonly username: string
  readonly password: string
  readonly accessToken: string
  /** Sends an operation as this member; it must succeed. */
  call<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>
  /** A plain graphql-ws client with this member's token. */
  socket(): Client
}

/** Registers, reads the mail, verifies the address and signs in, all through the router. */
export async function newMember(routerUrl: string, username: string, displayName: string): Promise<Member> {
  const email = `${username}@example.org`
  const password = `${username} likes long passphrases`
  const { register } = await call(routerUrl, RegisterDocument, { input: { email, username, password, displayName } })
  const token = await eventually(async () => {
    const mails = (await (await fetch(`${routerUrl}/dev/mail.json?to=${encodeURIComponent(email)}`)).json()) as { text: string }[]
    return mails[0]?.text.match(/[?&]token=([\w.-]+)/)?.[1] ?? false
  })
  await call(routerUrl, VerifyEmailDocument, { input: { token } })
  const id = register?.user?.id
  assert.ok(id)
  return signedIn(routerUrl, { id, username, password })
}

/** Signs a member in: a new session with a new token. */
export async function signedIn(
  routerUrl: string,
  { id, username, password }: Pick<Member, 'id' | 'username' | 'password'>,
): Promise<Member> {
  const { signIn } = await call(routerUrl, SignInDocument, { input: { login: username, password } })
  const accessToken = signIn?.tokens?.accessToken
  assert.ok(accessToken)
  return {
    id,
    username,
    password,
    accessToken,
    call: (document, variables) => call(routerUrl, document, variables, accessToken),
    socket: () => socketOf(routerUrl, accessToken),
  }
}
