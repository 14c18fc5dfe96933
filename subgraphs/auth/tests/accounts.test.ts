import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { memberViewer } from '@vibely/testkit/router-side'
import { clientsOf, PASSWORD, TOKENS } from './clients.ts'
import { runningAuth } from './running-auth.ts'

const auth = await runningAuth()
after(() => auth[Symbol.asyncDispose]())
const { ask, mutate, codes, freshName, registered, registration, mails, mailedToken, claims, viewerOf } = clientsOf(auth)

const user = (by: Record<string, unknown>) => ask('query ($by: UserRef!) { user(by: $by) { id username previousUsernames } }', { by })
const DAYS_AGO = (days: number) => new Date(Date.now() - days * 86_400_000)

test('a new member registers, confirms the address, signs in, refreshes, renames itself and signs out', async () => {
  const input = registration({ displayName: 'Ada L.' })
  const opened = await mutate(
    'register',
    `user { id username displayName status role createdAt avatarUrl previousUsernames } ${TOKENS}`,
    input,
  )
  assert.deepEqual(opened.userErrors, [])
  const { id, createdAt, ...names } = opened.user
  assert.match(id, /^user_[0-9a-z]{26}$/)
  assert.match(createdAt, /^\d{4}-.*\.\d{3}Z$/)
  assert.deepEqual(names, {
    username: input.username,
    displayName: 'Ada L.',
    status: 'PENDING',
    role: 'MEMBER',
    avatarUrl: null,
    previousUsernames: [],
  })
  assert.deepEqual((await claims(opened.tokens.accessToken)).facts, ['not_sanctioned'])

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
  assert.equal((await user({ username: input.username.toUpperCase() })).data.user.id, id)

  assert.deepEqual(await mutate('signOut', 'revokedSessions', { everywhere: true }, viewer), { revokedSessions: 2, userErrors: [] })
  assert.deepEqual(codes(await mutate('refreshSession', TOKENS, { refreshToken: tokens.refreshToken })), ['TOKEN_INVALID'])
})

test('registering names everything that is wrong at once', async () => {
  const wrong = { email: 'nobody', username: 'a b', password: 'short', displayName: 'x'.repeat(51), idempotencyKey: 'short' }
  const { userErrors } = await mutate('register', 'user { id }', wrong)
  assert.deepEqual(
    userErrors.map(({ code, path, __typename }: Record<string, unknown>) => [code, path, __typename]),
    [
      ['INVALID', ['input', 'email'], 'InputError'],
      ['INVALID', ['input', 'username'], 'InputError'],
      ['TOO_LONG', ['input', 'displayName'], 'InputError'],
      ['TOO_SHORT', ['input', 'password'], 'InputError'],
      ['TOO_SHORT', ['input', 'idempotencyKey'], 'InputError'],
    ],
  )
})

for (const [change, code] of [
  [{ email: '' }, 'REQUIRED'],
  [{ email: `${'a'.repeat(250)}@example.org` }, 'TOO_LONG'],
  [{ username: 'ab' }, 'TOO_SHORT'],
  [{ username: 'a'.repeat(31) }, 'TOO_LONG'],
  [{ username: 'Ünï_cöde' }, 'INVALID'],
  [{ username: 'nul\u0000nul' }, 'INVALID'],
  [{ username: 'Admin' }, 'USERNAME_RESERVED'],
  [{ password: 'Password1' }, 'WEAK_PASSWORD'],
  [{ username: 'somebody_else', password: 'somebody_else1' }, 'WEAK_PASSWORD'],
  [{ password: 'x'.repeat(129) }, 'TOO_LONG'],
  [{ displayName: '   ' }, 'TOO_SHORT'],
  [{ displayName: 'line\nbreak' }, 'INVALID'],
] as const) {
  test(`registering with ${JSON.stringify(change).slice(0, 40)} is refused as ${code}`, async () => {
    const payload = await mutate('register', 'user { id }', registration(change))
    assert.equal(payload.user, null)
    assert.deepEqual(codes(payload), [code])
  })
}

test('a username is taken without regard to case, and keeps its spelling', async () => {
  const username = `Case_${freshName()}`.slice(0, 30)
  const member = await registered({ username })
  assert.equal(member.username, username)
  const payload = await mutate('register', 'user { id }', registration({ username: username.toUpperCase() }))
  assert.deepEqual(payload.userErrors, [
    {
      __typename: 'ConflictError',
      code: 'USERNAME_TAKEN',
      message: 'This username is taken.',
      path: ['input', 'username'],
      currentVersion: null,
    },
  ])
})

test('of many who register one name at once, one gets it and the others are told', async () => {
  const username = freshName()
  const payloads = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      mutate('register', 'user { id }', registration({ username, email: `${index}${username}@example.org` })),
    ),
  )
  assert.equal(payloads.filter((payload) => payload.user !== null).length, 1)
  assert.deepEqual(payloads.flatMap(codes), Array(7).fill('USERNAME_TAKEN'))
  assert.equal(await auth.db.account.count({ where: { usernames: { some: { key: username } } } }), 1)
})

test('an address can be used in many registrations, and belongs to the first who confirms it', async () => {
  const email = `${freshName()}@example.org`
  const [first, second] = [await registered({ email }), await registered({ email })]
  const tokens = (await mails(email)).map(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? '')
  assert.equal(tokens.length, 2)
  const payloads = await Promise.all(tokens.map((token) => mutate('verifyEmail', 'user { id }', { token })))
  const winner = payloads.find((payload) => payload.user !== null)?.user.id
  assert.ok([first.id, second.id].includes(winner))
  assert.deepEqual(payloads.flatMap(codes), ['EMAIL_TAKEN'])

  const { sub } = await claims((await mutate('signIn', TOKENS, { login: email, password: PASSWORD })).tokens.accessToken)
  assert.equal(sub, winner)
})

test('registering with a known address answers like with a new one', async () => {
  const known = await registered()
  await mutate('verifyEmail', 'user { id }', { token: await mailedToken(known.email) })
  const again = await mutate('register', 'user { status }', registration({ email: known.email }))
  assert.deepEqual(again, { user: { status: 'PENDING' }, userErrors: [] })
})

test('a verification token works once, and not after 24 hours', async () => {
  const { email, id } = await registered()
  const token = await mailedToken(email)
  await auth.db.verificationToken.updateMany({ where: { accountId: id }, data: { expiresAt: new Date(Date.now() - 1) } })
  assert.deepEqual(codes(await mutate('verifyEmail', 'user { id }', { token })), ['TOKEN_EXPIRED'])
  await mutate('requestEmailVerification', 'accepted', { email })
  const fresh = await mailedToken(email)
  const [one, two] = await Promise.all([1, 2].map(() => mutate('verifyEmail', 'user { id }', { token: fresh })))
  assert.deepEqual([...codes(one), ...codes(two)], ['TOKEN_INVALID'])
  assert.deepEqual(codes(await mutate('verifyEmail', 'user { id }', { token: 'never made' })), ['TOKEN_INVALID'])
})

test('asking for a verification mail answers the same for known, unknown and verified addresses, and mails only the first', async () => {
  const pending = await registered()
  const verified = await registered()
  await mutate('verifyEmail', 'user { id }', { token: await mailedToken(verified.email) })
  const unknown = `${freshName()}@example.org`
  for (const email of [pending.email, verified.email, unknown]) {
    assert.deepEqual(await mutate('requestEmailVerification', 'accepted', { email }), { accepted: true, userErrors: [] })
  }
  const counts = await Promise.all([pending.email, verified.email, unknown].map(async (email) => (await mails(email)).length))
  assert.deepEqual(counts, [2, 1, 0])
  const malformed = await mutate('requestEmailVerification', 'accepted', { email: 'nobody' })
  assert.deepEqual([malformed.accepted, ...codes(malformed)], [false, 'INVALID'])
})

test('an address gets at most five verification mails an hour for one account', async () => {
  const { email } = await registered()
  await Promise.all(Array.from({ length: 8 }, () => mutate('requestEmailVerification', 'accepted', { email })))
  assert.equal((await mails(email)).length, 5)
})

test('registering again with the same idempotency key finds the first account and session', async () => {
  const input = { ...registration(), idempotencyKey: `key ${freshName()}` }
  const first = await mutate('register', `user { id } ${TOKENS}`, input)
  const again = await mutate('register', `user { id } ${TOKENS}`, input)
  assert.equal(again.user.id, first.user.id)
  assert.equal(again.tokens.session.id, first.tokens.session.id)
  assert.deepEqual(codes(await mutate('refreshSession', TOKENS, { refreshToken: again.tokens.refreshToken })), [])
  assert.deepEqual(codes(await mutate('refreshSession', TOKENS, { refreshToken: first.tokens.refreshToken })), [])

  for (const change of [{ password: 'another quiet harbour' }, { username: freshName() }, { email: 'other@example.org' }]) {
    const payload = await mutate('register', 'user { id }', { ...input, ...change })
    assert.deepEqual([payload.user, ...codes(payload)], [null, 'IDEMPOTENCY_MISMATCH'])
  }
  await auth.db.registration.updateMany({ where: { key: input.idempotencyKey }, data: { createdAt: DAYS_AGO(1.1) } })
  const later = await mutate('register', 'user { id }', registration({ idempotencyKey: input.idempotencyKey }))
  assert.notEqual(later.user.id, first.user.id)
})

test('the same registration sent many times at once opens one account', async () => {
  const input = { ...registration(), idempotencyKey: `key ${freshName()}` }
  const payloads = await Promise.all(Array.from({ length: 6 }, () => mutate('register', `user { id } ${TOKENS}`, input)))
  assert.deepEqual(payloads.flatMap(codes), [])
  assert.equal(new Set(payloads.map((payload) => payload.user.id)).size, 1)
  assert.equal((await mails(input.email)).length, 1)
})

test('different registrations under one key at once open one account', async () => {
  const idempotencyKey = `key ${freshName()}`
  const payloads = await Promise.all([1, 2, 3].map(() => mutate('register', 'user { id }', registration({ idempotencyKey }))))
  assert.equal(payloads.filter((payload) => payload.user).length, 1)
  assert.deepEqual(payloads.flatMap(codes), ['IDEMPOTENCY_MISMATCH', 'IDEMPOTENCY_MISMATCH'])
})

test('a member renames itself once in 30 days, and the old name leads to it and is held as long', async () => {
  const member = await registered()
  const viewer = memberViewer(member.id)
  const [next, third] = [freshName(), freshName()]
  assert.deepEqual(codes(await mutate('renameUser', 'user { id }', { username: next }, viewer)), [])
  assert.deepEqual(codes(await mutate('renameUser', 'user { id }', { username: next }, viewer)), [], 'a repeat is no second change')
  const tooSoon = await mutate('renameUser', 'user { id }', { username: third }, viewer)
  assert.deepEqual([tooSoon.user, ...codes(tooSoon)], [null, 'LIMIT_REACHED'])
  const wait = new Date(tooSoon.userErrors[0].retryAt).getTime() - Date.now()
  assert.ok(wait > 29.9 * 86_400_000 && wait <= 30 * 86_400_000)

  assert.deepEqual(codes(await mutate('register', 'user { id }', registration({ username: member.username }))), ['USERNAME_TAKEN'])
  assert.deepEqual((await user({ username: member.username })).data.user, {
    id: member.id,
    username: next,
    previousUsernames: [member.username],
  })

  await auth.db.username.updateMany({ where: { key: member.username }, data: { givenUpAt: DAYS_AGO(30.1) } })
  await auth.db.account.updateMany({ where: { id: member.id }, data: { renamedAt: DAYS_AGO(30.1) } })
  assert.equal((await user({ username: member.username })).data.user, null)
  assert.deepEqual((await user({ id: member.id })).data.user.previousUsernames, [])
  const heir = await registered({ username: member.username })
  assert.equal((await user({ username: member.username })).data.user.id, heir.id)
  assert.deepEqual(codes(await mutate('renameUser', 'user { id }', { username: third }, viewer)), [])
})

test('a former name can be taken back by its owner', async () => {
  const member = await registered()
  const viewer = memberViewer(member.id)
  const next = freshName()
  await mutate('renameUser', 'user { id }', { username: next }, viewer)
  await auth.db.account.updateMany({ where: { id: member.id }, data: { renamedAt: null } })
  const back = await mutate('renameUser', 'user { username previousUsernames }', { username: member.username }, viewer)
  assert.deepEqual(back.user, { username: member.username, previousUsernames: [next] })
})

test('of many who rename to one name at once, one gets it and the others are told', async () => {
  const username = freshName()
  const members = await Promise.all(Array.from({ length: 6 }, () => registered()))
  const payloads = await Promise.all(members.map(({ id }) => mutate('renameUser', 'user { id }', { username }, memberViewer(id))))
  assert.deepEqual(payloads.flatMap(codes), Array(5).fill('USERNAME_TAKEN'))
})

test('one member who renames itself twice at once gets one new name', async () => {
  const { id } = await registered()
  const payloads = await Promise.all([1, 2].map(() => mutate('renameUser', 'user { id }', { username: freshName() }, memberViewer(id))))
  assert.deepEqual(payloads.flatMap(codes), ['LIMIT_REACHED'])
  assert.equal(await auth.db.username.count({ where: { accountId: id, givenUpAt: null } }), 1)
})

test('renaming refuses reserved and malformed names, and who is not signed in', async () => {
  const { id } = await registered()
  assert.deepEqual(codes(await mutate('renameUser', 'user { id }', { username: 'moderator' }, memberViewer(id))), ['USERNAME_RESERVED'])
  assert.deepEqual(codes(await mutate('renameUser', 'user { id }', { username: 'no spaces' }, memberViewer(id))), ['INVALID'])
  const { data, errors } = await ask('mutation { renameUser(input: { username: "anybody" }) { user { id } } }')
  assert.deepEqual([data.renameUser, errors?.[0].extensions.code], [null, 'UNAUTHENTICATED'])
})

test('users come in the order asked, null for the unknown, in one query', async () => {
  const [one, two] = [await registered(), await registered()]
  const unknown = 'user_01jd00000000000000000000zz'
  const { data } = await ask('query ($ids: [ID!]!) { users(ids: $ids) { id } }', {
    ids: [two.id, unknown, one.id, 'not an id \u0000', two.id],
  })
  assert.deepEqual(data.users, [{ id: two.id }, null, { id: one.id }, null, { id: two.id }])
  for (const ids of [[], Array(101).fill(one.id)]) {
    const { errors } = await ask('query ($ids: [ID!]!) { users(ids: $ids) { id } }', { ids })
    assert.equal(errors?.[0].extensions.code, 'BAD_USER_INPUT')
  }
})

test('a user is named by id or by username, by exactly one of them', async () => {
  const { id, username } = await registered()
  assert.equal((await user({ id })).data.user.username, username)
  assert.equal((await user({ username: 'nobody_has_this_name' })).data.user, null)
  assert.equal((await user({ username: '\u0000' })).data.user, null)
  for (const by of [{}, { id, username }]) assert.equal((await user(by)).errors?.[0].extensions.code, 'BAD_USER_INPUT')
})

test('references to users are resolved in order, null for the unknown', async () => {
  const { id, username } = await registered()
  const representations = [
    { __typename: 'User', id: 'user_01jd00000000000000000000zz' },
    { __typename: 'User', id },
  ]
  const { data } = await ask('query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { username status } } }', {
    r: representations,
  })
  assert.deepEqual(data._entities, [null, { username, status: 'PENDING' }])
})

test('the viewer is null for anonymous callers, and its address needs the scope', async () => {
  const { id, email } = await registered()
  assert.deepEqual((await ask('{ viewer { emailVerified } }')).data, { viewer: null })
  const seen = await ask('{ viewer { email emailVerified } }', {}, memberViewer(id))
  assert.deepEqual(seen.data.viewer, { email, emailVerified: false })
  const { data, errors } = await ask('{ viewer { email emailVerified } }', {}, memberViewer(id, { scopes: [] }))
  assert.deepEqual([data.viewer, errors?.[0].extensions.code], [{ email: null, emailVerified: false }, 'INSUFFICIENT_SCOPE'])
})
