import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { clientsOf, PASSWORD, TOKENS } from './clients.ts'
import { runningAuth } from './running-auth.ts'

const auth = await runningAuth()
after(() => auth[Symbol.asyncDispose]())
const { ask, mutate, codes, registered, registration, mails, mailedToken, claims, viewerOf } = clientsOf(auth)

test('a new member registers, confirms the address, signs in, refreshes, renames itself and signs out', async () => {
  const input = registration({ displayName: 'Ada L.' })
  const opened = await mutate(
    'register',
    `user { id username displayName status role createdAt avatarUrl previousUsernames } ${TOKENS}`,
    input,
  )
  assert.deepEqual(opened.userErrors, [])
  const { id, createdAt, ...user } = opened.user
  assert.match(id, /^user_[0-9a-z]{26}$/)
  assert.match(createdAt, /^\d{4}-.*\.\d{3}Z$/)
  assert.deepEqual(user, {
    username: input.username,
    displayName: 'Ada L.',
    status: 'PENDING',
    role: 'MEMBER',
    avatarUrl: null,
    previousUsernames: [],
  })
  assert.deepEqual((await claims(opened.tokens.accessToken))['facts'], ['not_sanctioned'])

  const verified = await mutate('verifyEmail', 'user { id status }', { token: await mailedToken(input.email) })
  assert.deepEqual(verified, { user: { id, status: 'ACTIVE' }, userErrors: [] })

  const signedIn = await mutate('signIn', TOKENS, { login: input.email.toUpperCase(), password: PASSWORD, deviceName: "Ada's phone" })
  assert.equal(signedIn.tokens.session.deviceName, "Ada's phone")
  const { sub, sid, facts } = await claims(signedIn.tokens.accessToken)
  assert.deepEqual({ sub, sid, facts }, { sub: id, sid: signedIn.tokens.session.id, facts: ['verified_email', 'not_sanctioned'] })

  const { tokens } = await mutate('refreshSession', TOKENS, { refreshToken: signedIn.tokens.refreshToken })
  assert.equal(tokens.session.id, sid)
  const viewer = await viewerOf(tokens.accessToken)
  const { data } = await ask('{ viewer { user { id username } email emailVerified scopes } }', {}, viewer)
  assert.deepEqual(
    { ...data.viewer, scopes: data.viewer.scopes.length },
    { user: { id, username: input.username }, email: input.email, emailVerified: true, scopes: 14 },
  )

  const renamed = await mutate('renameUser', 'user { id username previousUsernames }', { username: `new_${input.username}` }, viewer)
  assert.deepEqual(renamed, { user: { id, username: `new_${input.username}`, previousUsernames: [input.username] }, userErrors: [] })
  assert.equal((await ask(`{ user(by: { username: "${input.username.toUpperCase()}" }) { id } }`)).data.user.id, id)

  assert.deepEqual(await mutate('signOut', 'revokedSessions', { everywhere: true }, viewer), { revokedSessions: 2, userErrors: [] })
  assert.deepEqual(codes(await mutate('refreshSession', TOKENS, { refreshToken: tokens.refreshToken })), ['TOKEN_INVALID'])
})
