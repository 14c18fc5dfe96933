import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { viewerFromClaims } from '@vibely/kit/identity'
import type { Viewer } from '@vibely/kit/viewer'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { RunningAuth } from './running-auth.ts'

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of the query beside it.
export type Answer = { data: any; errors?: any[] }

export const TOKENS = `tokens {
  accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt
  session { id current deviceName createdAt authenticatedAt lastSeenAt expiresAt }
}`
export const ERRORS = 'userErrors { __typename code message path ... on LimitError { retryAt } ... on ConflictError { currentVersion } }'

export const PASSWORD = 'a quiet harbour at dusk'

export interface Member {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly sessionId: string
}

/** What the tests ask of a running auth. */
export function clientsOf(auth: RunningAuth) {
  const ask = async (query: string, variables: Record<string, unknown> = {}, viewer: Viewer | null = null): Promise<Answer> =>
    (await auth.router.ask(auth.url, { query, variables }, viewer)) as Answer

  /** Sends one mutation and gives its payload. */
  const mutate = async (field: string, selection: string, input: Record<string, unknown>, viewer: Viewer | null = null) => {
    const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`
    const answer = await ask(
      `mutation ($input: ${type}!) { payload: ${field}(input: $input) { ${selection} ${ERRORS} } }`,
      { input },
      viewer,
    )
    assert.equal(answer.errors, undefined, JSON.stringify(answer.errors))
    return answer.data.payload
  }

  const codes = (payload: { userErrors: { code: string }[] }) => payload.userErrors.map((error) => error.code)

  /** A name that nobody else of this run has. */
  const freshName = () => `m${randomBytes(6).toString('hex')}`

  const registration = (change: Record<string, unknown> = {}) => {
    const username = freshName()
    return { email: `${username}@example.org`, username, password: PASSWORD, ...change }
  }

  async function registered(change: Record<string, unknown> = {}): Promise<Member> {
    const input = registration(change)
    const { user, tokens, userErrors } = await mutate('register', `user { id username } ${TOKENS}`, input)
    assert.deepEqual(userErrors, [])
    const { accessToken, refreshToken, session } = tokens
    return { id: user.id, username: user.username, email: input.email, accessToken, refreshToken, sessionId: session.id }
  }

  const mails = async (to?: string): Promise<{ to: string; subject: string; text: string; html: string; at: string }[]> => {
    const response = await fetch(`${auth.url}/dev/mail.json${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`)
    return (await response.json()) as never
  }

  /** Token of the newest mail to an address. */
  async function mailedToken(to: string): Promise<string> {
    const [newest] = await mails(to)
    const link = /https?:\/\/\S+/.exec(newest?.text ?? '')?.[0]
    assert.ok(link, `no link was mailed to ${to}`)
    return new URL(link).searchParams.get('token') ?? ''
  }

  /** The claims of an access token, checked as the router does. */
  async function claims(accessToken: string): Promise<JWTPayload & Record<string, unknown>> {
    const jwks = (await (await fetch(`${auth.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet(jwks), {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: 'vibely',
      audience: 'vibely',
      requiredClaims: ['sub', 'sid', 'jti', 'scope', 'exp', 'iat', 'auth_time'],
    })
    return payload
  }

  const viewerOf = async (accessToken: string): Promise<Viewer> => viewerFromClaims(await claims(accessToken))

  return { ask, mutate, codes, freshName, registration, registered, mails, mailedToken, claims, viewerOf }
}
