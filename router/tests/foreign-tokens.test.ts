import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readEnv } from '@vibely/kit/env'
import { buildSchema } from '@vibely/kit/subgraph'
import { type ExecutionResult, parse } from 'graphql'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { foreignDeployment } from '../src/deployment.ts'
import { standaloneEnv } from '../src/env.ts'
import { openRouter } from '../src/router.ts'
import { composeSupergraph } from '../src/supergraph/compose.ts'
import { silent } from './federation/harness.ts'
import { serveForeignSubgraph } from './foreign-subgraph.ts'

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@authenticated", "@requiresScopes"])
  type Query { open: Int mine: Int @authenticated books: Int @requiresScopes(scopes: [["books:read"]]) }`
const ISSUER = 'https://id.example/realms/shop'
const AUDIENCE = 'https://api.example'

describe('tokens of an issuer that is not ours', async () => {
  const stack = new AsyncDisposableStack()
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'RS256', use: 'sig' }] }
  const keyServer = createServer((_, response) => void response.end(JSON.stringify(keys))).listen(0, '127.0.0.1')
  await once(keyServer, 'listening')
  const JWKS_URL = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/certs`
  const folder = await mkdtemp(join(tmpdir(), 'tokens-'))
  const file = join(folder, 'supergraph.graphql')

  before(async () => {
    const one = () => 1
    const subgraph = {
      name: 'books',
      schema: buildSchema(parse(SDL), { Query: { open: one, mine: one, books: one } }),
      logger: silent,
      contextFor: () => ({}),
      ready: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }
    const served = await serveForeignSubgraph(subgraph)
    stack.defer(() => served.close())
    await writeFile(file, composeSupergraph([{ name: 'books', url: served.url, sdl: SDL }]).supergraphSdl)
  })
  after(async () => {
    await stack.disposeAsync()
    keyServer.close().closeAllConnections()
    await rm(folder, { recursive: true })
  })

  const token = (claims: JWTPayload, typ = 'JWT') =>
    new SignJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1_000) + 60, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ, kid: 'a' })
      .sign(privateKey)
  async function open(env: Record<string, string>) {
    const settings = readEnv(standaloneEnv, { ROUTER_PORT: '0', ...env })
    return openRouter({ env: settings, logger: silent, ...(await foreignDeployment(file, settings, silent)) })
  }
  async function ask(url: string, bearer: string) {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query: '{ open mine books }' }),
    })
    const { data, errors = [] } = (await answer.json()) as ExecutionResult
    return { status: answer.status, data, codes: errors.map(({ extensions }) => extensions?.code) }
  }

  test('are good for the issuers and audiences that are named, whatever words they have for scopes and sessions', async () => {
    await using router = await open({ JWKS_URL, JWT_ISSUERS: `https://old.example, ${ISSUER}`, JWT_AUDIENCES: `other,${AUDIENCE}` })
    const all = { status: 200, data: { open: 1, mine: 1, books: 1 }, codes: [] }
    for (const claims of [
      { scope: 'openid books:read' },
      { scp: ['books:read'] },
      { scp: 'books:read openid', jti: '7' },
      { scope: ['books:read'], iss: 'https://old.example', aud: ['x', 'other'] },
    ])
      assert.deepEqual(await ask(router.url, await token(claims as JWTPayload)), all, JSON.stringify(claims))
    assert.deepEqual(await ask(router.url, await token({}, 'at+jwt')), {
      status: 200,
      data: { open: 1, mine: 1, books: null },
      codes: ['INSUFFICIENT_SCOPE'],
    })
    for (const claims of [
      { iss: 'https://else.example' },
      { aud: 'https://else.example' },
      { aud: [] },
      { sub: undefined },
      { exp: undefined },
    ])
      assert.equal((await ask(router.url, await token(claims as JWTPayload))).status, 401, JSON.stringify(claims))
    assert.deepEqual((await ask(router.url, await token({ exp: 1 }))).codes, ['TOKEN_EXPIRED'])
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token({})).split('.')[1]}.`
    assert.equal((await ask(router.url, unsigned)).status, 401)
  })

  test('are good for anybody where no audience is named, and not at all where the issuer is not', async () => {
    await using anybody = await open({ JWKS_URL, JWT_ISSUERS: ISSUER })
    assert.equal((await ask(anybody.url, await token({ aud: 'https://else.example' }))).status, 200)
    await using ours = await open({ JWKS_URL })
    assert.equal((await ask(ours.url, await token({}))).status, 401)
  })

  test('settings that say half of it are refused', async () => {
    const wrong: [Record<string, string>, RegExp][] = [
      [{ JWT_ISSUERS: ISSUER }, /need JWKS_URL/],
      [{ JWKS_URL, JWT_AUDIENCES: AUDIENCE }, /needs JWT_ISSUERS/],
      [{ JWKS_URL, JWT_ISSUERS: ' , ' }, /needs JWT_ISSUERS/],
    ]
    for (const [env, message] of wrong) await assert.rejects(open(env), { name: 'EnvError', message })
  })
})
