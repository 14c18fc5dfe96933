import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { watchRevocations } from '@vibely/kit/revocations'
import { eventually } from '@vibely/testkit/eventually'
import { clientsOf, PASSWORD, TOKENS } from './clients.ts'
import { runningAuth } from './running-auth.ts'

const auth = await runningAuth()
after(() => auth[Symbol.asyncDispose]())
const { ask, mutate, codes, registered, claims, viewerOf } = clientsOf(auth)
const revocations = await watchRevocations(auth)
after(() => revocations[Symbol.asyncDispose]())

const refresh = (refreshToken: string | null) => mutate('refreshSession', TOKENS, { refreshToken })
const signIn = (login: string, password = PASSWORD, more: Record<string, unknown> = {}) =>
  mutate('signIn', TOKENS, { login, password, ...more })

/** Moves the use of every token of a session into the past. */
const ageTokens = (sessionId: string, seconds: number) =>
  auth.db.$executeRaw`UPDATE refresh_token SET used_at = used_at - make_interval(secs => ${seconds}) WHERE session_id = ${sessionId}`

test('an access token says who, what for and until when, signed with a published key', async () => {
  const { accessToken, id, sessionId } = await registered()
  const { iat, exp, auth_time: authTime, jti, ...rest } = await claims(accessToken)
  assert.equal(Number(exp) - Number(iat), 300)
  assert.ok(Math.abs(Number(authTime) - Number(iat)) <= 1)
  assert.equal(typeof jti, 'string')
  assert.deepEqual(rest, {
    iss: 'vibely',
    aud: 'vibely',
    sub: id,
    sid: sessionId,
    roles: ['MEMBER'],
    facts: ['not_sanctioned'],
    scope:
      'account:read account:export library:read library:write library:import catalog:write social:read social:write ' +
      'feed:read feed:write notifications:read notifications:write messages:read messages:write',
  })
})

test('the published keys are public halves only', async () => {
  const { keys } = (await (await fetch(`${auth.url}/.well-known/jwks.json`)).json()) as { keys: Record<string, unknown>[] }
  assert.deepEqual(
    keys.map((key) => Object.keys(key).sort()),
    [['alg', 'crv', 'kid', 'kty', 'use', 'x']],
  )
})

test('a role holds the scopes of those before it', async () => {
  const { id, username } = await registered()
  await auth.db.account.update({ where: { id }, data: { role: 'MODERATOR' } })
  const { roles, scope } = await claims((await signIn(username)).tokens.accessToken)
  assert.deepEqual(roles, ['MEMBER', 'CURATOR', 'MODERATOR'])
  const names = String(scope).split(' ')
  assert.deepEqual(
    ['catalog:curate', 'moderate', 'admin'].map((name) => names.includes(name)),
    [true, true, false],
  )
})

test('a wrong password, an unknown login and an unverified address get the same answer', async () => {
  const { username, email } = await registered()
  const refusals = await Promise.all([
    signIn(username, 'a loud harbour at noon'),
    signIn('nobody_at_all'),
    signIn(email),
    signIn('nobody@example.org'),
    signIn('\u0000'),
    signIn(''),
  ])
  const refused = {
    tokens: null,
    userErrors: [{ __typename: 'InputError', code: 'INVALID_CREDENTIALS', message: 'Login or password is wrong.', path: null }],
  }
  for (const payload of refusals) assert.deepEqual(payload, refused)
})

test('a device without a label is named after its user agent', async () => {
  const { username } = await registered()
  assert.equal((await signIn(username, PASSWORD, { deviceName: '  ' })).tokens.session.deviceName, 'Unknown device')
  assert.deepEqual(codes(await signIn(username, PASSWORD, { deviceName: 'x'.repeat(101) })), ['TOO_LONG'])
  assert.deepEqual(codes(await signIn(username, PASSWORD, { deviceName: 'a\u0000b' })), ['INVALID'])
})

test('signing in again with a live token of the account renews the session', async () => {
  const member = await registered()
  await auth.db.session.update({ where: { id: member.sessionId }, data: { authenticatedAt: new Date(0) } })
  const viewer = await viewerOf(member.accessToken)
  const { tokens } = await mutate('signIn', TOKENS, { login: member.username, password: PASSWORD }, viewer)
  assert.equal(tokens.session.id, member.sessionId)
  assert.ok(Date.now() - new Date(tokens.session.authenticatedAt).getTime() < 60_000)

  const other = await registered()
  const switched = await mutate('signIn', TOKENS, { login: other.username, password: PASSWORD }, viewer)
  assert.notEqual(switched.tokens.session.id, member.sessionId)
})

test('a refreshed token tells when the password was proved, not when it was refreshed', async () => {
  const { refreshToken, sessionId, accessToken, username } = await registered()
  const authenticatedAt = new Date(Date.now() - 700_000)
  await auth.db.session.update({ where: { id: sessionId }, data: { authenticatedAt } })
  const { tokens } = await refresh(refreshToken)
  assert.equal((await claims(tokens.accessToken)).auth_time, Math.floor(authenticatedAt.getTime() / 1_000))
  const again = await mutate('signIn', TOKENS, { login: username, password: PASSWORD }, await viewerOf(accessToken))
  const { auth_time: stepUp, iat } = await claims(again.tokens.accessToken)
  assert.equal(stepUp, iat)
})

test('a repeat within ten seconds gives the very same pair', async () => {
  const { refreshToken } = await registered()
  const first = await refresh(refreshToken)
  const second = await refresh(refreshToken)
  assert.deepEqual(second, first)
  assert.notEqual(first.tokens.refreshToken, refreshToken)
})

test('refreshes of one token at once all get the same successor', async () => {
  const { refreshToken } = await registered()
  const payloads = await Promise.all(Array.from({ length: 12 }, () => refresh(refreshToken)))
  assert.deepEqual(payloads.flatMap(codes), [])
  assert.equal(new Set(payloads.map((payload) => payload.tokens.refreshToken)).size, 1)
})

test('a used token that comes again later ends its family, and says so to routers', async () => {
  const { refreshToken, sessionId, username } = await registered()
  const elsewhere = (await signIn(username)).tokens
  const { tokens } = await refresh(refreshToken)
  await ageTokens(sessionId, 11)
  assert.deepEqual(codes(await refresh(refreshToken)), ['TOKEN_REUSED'])
  assert.deepEqual(codes(await refresh(tokens.refreshToken)), ['TOKEN_INVALID'])
  assert.deepEqual(codes(await refresh(refreshToken)), ['TOKEN_REUSED'])
  await eventually(() => revocations.isRevoked(sessionId))
  assert.deepEqual(codes(await refresh(elsewhere.refreshToken)), [], 'other sessions go on')
})

test('an idle session and one of 90 days are over', async () => {
  const { refreshToken, sessionId } = await registered()
  const session = await auth.db.session.findUniqueOrThrow({ where: { id: sessionId } })
  assert.equal(session.expiresAt.getTime() - session.createdAt.getTime(), 14 * 86_400_000)

  const createdAt = new Date(Date.now() - 89 * 86_400_000)
  await auth.db.session.update({ where: { id: sessionId }, data: { createdAt } })
  const { tokens } = await refresh(refreshToken)
  assert.equal(new Date(tokens.refreshTokenExpiresAt).getTime(), createdAt.getTime() + 90 * 86_400_000)

  const past = new Date(Date.now() - 1)
  await auth.db.refreshToken.updateMany({ where: { sessionId, usedAt: null }, data: { expiresAt: past } })
  await auth.db.session.update({ where: { id: sessionId }, data: { expiresAt: past } })
  assert.deepEqual(codes(await refresh(tokens.refreshToken)), ['TOKEN_EXPIRED'])
})

test('an unknown token is invalid and a missing one required', async () => {
  assert.deepEqual(codes(await refresh('never issued')), ['TOKEN_INVALID'])
  assert.deepEqual(codes(await refresh('')), ['REQUIRED'])
  assert.deepEqual(codes(await refresh(null)), ['REQUIRED'])
})

test('the 21st session ends the one that was used least lately', async () => {
  const { id, username, sessionId } = await registered()
  for (let index = 0; index < 20; index++) await signIn(username)
  assert.equal(await auth.db.session.count({ where: { accountId: id, endedAt: null } }), 20)
  assert.notEqual((await auth.db.session.findUniqueOrThrow({ where: { id: sessionId } })).endedAt, null)
  await eventually(() => revocations.isRevoked(sessionId))
})

test('signing out ends the present session once, and others only when asked', async () => {
  const { accessToken, refreshToken, sessionId, username } = await registered()
  const viewer = await viewerOf(accessToken)
  const other = (await signIn(username)).tokens
  const out = (everywhere: boolean) => mutate('signOut', 'revokedSessions', { everywhere }, viewer)
  assert.equal((await out(false)).revokedSessions, 1)
  assert.equal((await out(false)).revokedSessions, 0)
  await eventually(() => revocations.isRevoked(sessionId))
  assert.deepEqual(codes(await refresh(refreshToken)), ['TOKEN_INVALID'])
  assert.equal((await out(true)).revokedSessions, 1)
  assert.deepEqual(codes(await refresh(other.refreshToken)), ['TOKEN_INVALID'])

  const { errors } = await ask('mutation { signOut(input: {}) { revokedSessions } }')
  assert.equal(errors?.[0].extensions.code, 'UNAUTHENTICATED')
})

test('routers are told what was ended, also of long ago, and never miss one between two questions', async () => {
  const ended = async (since?: string) => {
    const query = 'query ($since: DateTime) { endedCredentials(since: $since) { ids until } }'
    return (await ask(query, { since })).data.endedCredentials as { ids: string[]; until: string }
  }
  const [first, second, old, living] = await Promise.all([registered(), registered(), registered(), registered()])
  const out = async ({ accessToken }: typeof first) => mutate('signOut', 'revokedSessions', {}, await viewerOf(accessToken))
  await Promise.all([out(first), out(old)])
  await auth.db.session.update({ where: { id: old.sessionId }, data: { endedAt: new Date(Date.now() - 400_000) } })
  const { ids, until } = await ended()
  assert.deepEqual(
    [first, old, living].map(({ sessionId }) => ids.includes(sessionId)),
    [true, false, false],
  )
  await out(second)
  assert.ok((await ended(until)).ids.includes(second.sessionId))
  assert.deepEqual((await ended(new Date(Date.now() + 1_000).toISOString())).ids, [])
  assert.equal((await ended(new Date(0).toISOString())).ids.includes(old.sessionId), false)
})

test('a refresh and a sign-out at once never leave a live token behind', async () => {
  for (let round = 0; round < 5; round++) {
    const { accessToken, refreshToken } = await registered()
    const viewer = await viewerOf(accessToken)
    const [payload] = await Promise.all([refresh(refreshToken), mutate('signOut', 'revokedSessions', {}, viewer)])
    if (payload.tokens) assert.deepEqual(codes(await refresh(payload.tokens.refreshToken)), ['TOKEN_INVALID'])
    else assert.deepEqual(codes(payload), ['TOKEN_INVALID'])
  }
})

test('no token, password or address is in the store as it is', async () => {
  const { accessToken, refreshToken, id } = await registered()
  const tables = [
    'account',
    'session',
    'refresh_token',
    'registration',
    'verification_token',
    'outgoing_mail',
    'outbox',
    'user_key',
    'signing_key',
  ]
  for (const table of tables) {
    const rows = await auth.db.$queryRawUnsafe<{ text: string }[]>(`SELECT t::text AS text FROM ${table} t`)
    for (const secret of [accessToken, refreshToken, PASSWORD]) {
      const hex = Buffer.from(secret).toString('hex')
      assert.equal(
        rows.some(({ text }) => text.includes(secret) || text.includes(hex)),
        false,
        `${table} holds a secret of ${id}`,
      )
    }
  }
})
