import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ANONYMOUS, type Viewer } from '@vibely/kit/viewer'
import { eventually } from '@vibely/testkit/eventually'
import { servers } from '@vibely/testkit/servers'
import { openTcpProxy } from '@vibely/testkit/tcp-proxy'
import { clientsOf, ERRORS, PASSWORD } from './clients.ts'
import { type RunningAuth, runningAuth } from './running-auth.ts'

const auth = await runningAuth()
after(() => auth[Symbol.asyncDispose]())
const { registered, viewerOf, freshName } = clientsOf(auth)

interface UserError {
  readonly code: string
  readonly message: string
  readonly retryAt?: string | null
}

const QUERY = `mutation ($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } ${ERRORS} } }`
const WRONG = 'a loud harbour at noon'

/** What a sign-in is answered: null when it worked. */
async function refusal(
  login: string,
  password: string,
  { ip = null, viewer = null, at = auth }: { ip?: string | null; viewer?: Viewer | null; at?: RunningAuth } = {},
): Promise<UserError | null> {
  const body = JSON.stringify({ query: QUERY, variables: { input: { login, password } } })
  const headers = { ...(await at.router.sign(body, { ...ANONYMOUS, viewer, ip })), 'content-type': 'application/json' }
  const response = await fetch(`${at.url}/graphql`, { method: 'POST', headers, body })
  const { data, errors } = (await response.json()) as { data: { signIn: { userErrors: UserError[] } }; errors?: unknown }
  assert.equal(errors, undefined, JSON.stringify(errors))
  return data.signIn.userErrors[0] ?? null
}
const codeOf = async (...asked: Parameters<typeof refusal>) => (await refusal(...asked))?.code ?? null

async function fail(login: string, times: number, from: Parameters<typeof refusal>[2] = {}): Promise<void> {
  for (let i = 0; i < times; i += 1) assert.equal(await codeOf(login, WRONG, from), 'INVALID_CREDENTIALS', `failure ${i + 1}`)
}

/** Five were tried, and one more for each pause that a busy machine sat out: all twenty would take it hours. */
function assertMostRefused(codes: readonly (string | null)[]): void {
  const tried = codes.filter((code) => code === 'INVALID_CREDENTIALS').length
  assert.ok(tried >= 5 && tried < codes.length, `${tried} of ${codes.length} were tried`)
  assert.ok(codes.every((code) => code === 'INVALID_CREDENTIALS' || code === 'ACCOUNT_LOCKED'))
}

/** Fails once more than anybody would, so that a busy machine is no way in. */
async function failToTheEnd(login: string, from: Parameters<typeof refusal>[2] = {}): Promise<void> {
  await fail(login, 1, from)
  for (const counted of ['login', 'session'])
    for (const key of await auth.redis.keys(`${auth.namespace}sign_in:${counted}:*`)) await auth.redis.hset(key, 'failures', 30)
  await fail(login, 1, from)
}

test('a login is closed, known or not', async () => {
  const { username } = await registered()
  const seen: unknown[] = []
  for (const login of [username, `n${freshName()}`]) {
    await failToTheEnd(login)
    const closed = await refusal(login, WRONG)
    assert.ok(Date.parse(closed?.retryAt ?? '') > Date.now())
    seen.push({ ...closed, retryAt: null })
  }
  assert.deepEqual(seen[0], seen[1])
  assert.match(JSON.stringify(seen[0]), /"LimitError","code":"ACCOUNT_LOCKED"/)
})

test('five failures keep nobody out for long; a sign-in begins anew', async () => {
  const { username } = await registered()
  await fail(username, 5)
  await eventually(async () => assert.equal(await codeOf(username, PASSWORD), null))
  await fail(username, 4)
  assert.equal(await codeOf(username, PASSWORD), null)
})

test('it is closed for fifteen minutes at most, to the right password too', async () => {
  const { username } = await registered()
  await failToTheEnd(username)
  const { code, retryAt } = (await refusal(username, PASSWORD)) ?? {}
  assert.equal(code, 'ACCOUNT_LOCKED')
  const minutes = (Date.parse(retryAt ?? '') - Date.now()) / 60_000
  assert.ok(minutes > 10 && minutes <= 15, `${minutes} minutes`)
})

test('all spellings of a login count together', async () => {
  const { username } = await registered()
  await failToTheEnd(username)
  for (const login of [username.toUpperCase(), ` ${username} `]) assert.equal(await codeOf(login, PASSWORD), 'ACCOUNT_LOCKED')
})

test('attempts side by side are no way around', async () => {
  const { username } = await registered()
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(username, WRONG)))
  assertMostRefused(codes)
})

test('its owner is not kept out where she has signed in before, nor with a live session', async () => {
  const { username, accessToken } = await registered()
  assert.equal(await codeOf(username, PASSWORD, { ip: '2001:db8:1:2::1' }), null)
  await failToTheEnd(username, { ip: '10.9.9.9' })
  assert.equal(await codeOf(username, PASSWORD, { ip: '10.9.9.8' }), 'ACCOUNT_LOCKED')
  assert.equal(await codeOf(username, PASSWORD, { ip: '2001:db8:1:2::ffff' }), null, 'the same network')
  assert.equal(await codeOf(username, PASSWORD, { ip: '10.9.9.8', viewer: await viewerOf(accessToken) }), null)
  const { accessToken: another } = await registered()
  const stranger = await viewerOf(another)
  assert.equal(await codeOf(username, PASSWORD, { ip: '10.9.9.7', viewer: stranger }), 'ACCOUNT_LOCKED', 'a session of somebody else')
  await failToTheEnd(username, { ip: '2001:db8:1:2::1' })
  assert.equal(await codeOf(username, PASSWORD, { ip: '2001:db8:1:2::1' }), 'ACCOUNT_LOCKED', 'guesses count there too')
  const signedIn = { ip: '2001:db8:1:2::1', viewer: await viewerOf(accessToken) }
  assert.equal(await codeOf(username, PASSWORD, signedIn), null, 'but not those of her neighbours with a session')
  await failToTheEnd(username, signedIn)
  assert.equal(await codeOf(username, PASSWORD, signedIn), 'ACCOUNT_LOCKED', 'guesses with a session count with it')
})

test('an address that fails with many logins is turned away, but for who is signed in; who succeeds there costs it nothing', async () => {
  const { username, accessToken } = await registered()
  const from = { ip: '10.7.7.7' }
  const others = await Promise.all(Array.from({ length: 8 }, () => registered()))
  for (let turn = 0; turn < 4; turn += 1)
    assert.deepEqual(await Promise.all(others.map((one) => codeOf(one.username, PASSWORD, from))), Array(8).fill(null))
  for (let i = 0; i < 30; i += 1) await fail(`n${freshName()}`, 1, from)
  const turnedAway = await refusal(username, PASSWORD, from)
  assert.equal(turnedAway?.code, 'LIMIT_REACHED')
  const left = Date.parse(turnedAway.retryAt ?? '') - Date.now()
  assert.ok(left > 0 && left <= 5 * 60_000, `${left} ms`)
  assert.equal(await codeOf(username, PASSWORD, { ip: '10.7.7.8' }), null)
  assert.equal(await codeOf(username, PASSWORD, { ...from, viewer: await viewerOf(accessToken) }), null)
})

test('without Redis failures count all the same', async () => {
  await using proxy = await openTcpProxy(servers().REDIS_URL)
  await using cut = await runningAuth({ REDIS_URL: proxy.url })
  const { username } = await clientsOf(cut).registered()
  proxy.cut()
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(username, WRONG, { at: cut })))
  assertMostRefused(codes)
  await eventually(async () => assert.equal(await codeOf(username, PASSWORD, { at: cut }), null))
})

test('Redis is told neither logins nor addresses', async () => {
  const { username } = await registered()
  await fail(username, 1, { ip: '10.5.5.5' })
  const keys = await auth.redis.keys(`${auth.namespace}sign_in:*`)
  assert.ok(keys.length > 0)
  for (const key of keys) assert.doesNotMatch(key, new RegExp(`${username}|10[.]5[.]5[.]5`))
})
