import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { fault } from './errors.ts'
import type { Caller, Viewer } from './viewer.ts'

// Trust between router and subgraphs. Who calls: an HMAC over each request with a key that one subgraph shares with the
// router. For whom: a token of a minute that the router signs. The user's own token never goes past the router.

const TOKEN_SECONDS = 60
const TOKEN_REUSE_MS = 30_000
const CLOCK_SKEW_MS = 60_000
const NONCE_MS = 120_000

const HEADER = {
  key: 'x-vibely-key',
  timestamp: 'x-vibely-timestamp',
  nonce: 'x-vibely-nonce',
  signature: 'x-vibely-signature',
  identity: 'x-vibely-identity',
  client: 'x-vibely-client',
} as const

interface SignedParts {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly timestamp: string
  readonly nonce: string
  readonly identityHash: string
  readonly clientHash: string
}

const sha256 = (text: string) => hash('sha256', text, 'base64url')

function signature(secret: KeyObject, parts: SignedParts): Buffer {
  const lines = [parts.method, parts.path, sha256(parts.body), parts.timestamp, parts.nonce, parts.identityHash, parts.clientHash]
  return createHmac('sha256', secret).update(lines.join('|')).digest()
}

/** Splits `kid:secret`. */
function hmacKey(text: string): { readonly kid: string; readonly secret: KeyObject } {
  const cut = text.indexOf(':')
  return { kid: text.slice(0, cut), secret: createSecretKey(text.slice(cut + 1), 'utf8') }
}

/** A header value with its hash, which the signature covers. */
interface Hashed {
  readonly text: string
  readonly hash: string
}

const hashed = (text: string): Hashed => ({ text, hash: sha256(text) })

const NOBODY = hashed('')

/** The client's address and device, made once for all fetches of a request. */
function clients(): (caller: Caller) => Hashed {
  const known = new WeakMap<Caller, Hashed>()
  return (caller) => {
    const cached = known.get(caller)
    if (cached) return cached
    const { ip, userAgent } = caller
    const client = hashed(Buffer.from(JSON.stringify({ ip, userAgent })).toString('base64url'))
    known.set(caller, client)
    return client
  }
}

/** Each value once in this process and, for its random beginning, in all others. It need not be secret: the signature covers it. */
function nonces(): () => string {
  const prefix = randomBytes(12).toString('base64url')
  let count = 0
  return () => {
    count += 1
    return `${prefix}.${count.toString(36)}`
  }
}

export interface RequestSigner {
  /** Headers that prove router and viewer to the subgraph. */
  headers(
    request: { readonly method: string; readonly path: string; readonly body: string },
    caller: Caller,
  ): Promise<Record<string, string>>
}

/**
 * The router's side, one for each subgraph.
 * @param options.hmacKey `kid:secret`
 * @param options.privateKey Ed25519 key of the router, a JWK as JSON
 */
export async function openRequestSigner(options: {
  readonly subgraph: string
  readonly hmacKey: string
  readonly privateKey: string
}): Promise<RequestSigner> {
  const { kid, secret } = hmacKey(options.hmacKey)
  const privateKey = await importJWK(JSON.parse(options.privateKey) as JWK, 'EdDSA')
  // A viewer is one object as long as its access token is known.
  const tokens = new WeakMap<Viewer, { readonly token: Promise<Hashed>; readonly until: number }>()
  const clientOf = clients()
  const nonce = nonces()

  function identityToken(viewer: Viewer, now: number): Promise<Hashed> {
    const known = tokens.get(viewer)
    if (known && known.until > now) return known.token
    const token = new SignJWT({ sid: viewer.sessionId, roles: viewer.roles, scope: viewer.scopes.join(' '), facts: viewer.facts })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'vibely-identity+jwt' })
      .setIssuer('router')
      .setAudience(options.subgraph)
      .setSubject(viewer.id)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_SECONDS}s`)
      .sign(privateKey)
      .then(hashed)
    tokens.set(viewer, { token, until: now + TOKEN_REUSE_MS })
    return token
  }

  return {
    async headers({ method, path, body }, caller) {
      const now = Date.now()
      const identity = caller.viewer ? await identityToken(caller.viewer, now) : NOBODY
      const client = clientOf(caller)
      const parts = { method, path, body, timestamp: String(now), nonce: nonce(), identityHash: identity.hash, clientHash: client.hash }
      return {
        [HEADER.key]: kid,
        [HEADER.timestamp]: parts.timestamp,
        [HEADER.nonce]: parts.nonce,
        [HEADER.identity]: identity.text,
        [HEADER.client]: client.text,
        [HEADER.signature]: signature(secret, parts).toString('base64url'),
      }
    },
  }
}

export interface RequestVerifier {
  /**
   * The caller that a request's headers prove.
   * @throws Fault UNAUTHENTICATED for everything that is not right, without saying what
   */
  verify(request: {
    readonly method: string
    readonly path: string
    readonly body: string
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
  }): Promise<Caller>
}

/**
 * The subgraph's side.
 * @param options.hmacKeys `kid:secret` each; two are valid while a key is rotated
 * @param options.publicKey Ed25519 key of the router, a JWK as JSON
 */
export async function openRequestVerifier(options: {
  readonly subgraph: string
  readonly hmacKeys: readonly string[]
  readonly publicKey: string
}): Promise<RequestVerifier> {
  const secrets = new Map(options.hmacKeys.map(hmacKey).map(({ kid, secret }) => [kid, secret]))
  const publicKey = await importJWK(JSON.parse(options.publicKey) as JWK, 'EdDSA')
  const seen = seenNonces()
  const verified = new Map<string, { readonly viewer: Viewer; readonly until: number }>()

  async function viewerOf(identity: string): Promise<Viewer | null> {
    if (identity === '') return null
    const known = verified.get(identity)
    if (known && known.until > Date.now()) return known.viewer
    const { payload } = await jwtVerify(identity, publicKey, {
      algorithms: ['EdDSA'],
      typ: 'vibely-identity+jwt',
      issuer: 'router',
      audience: options.subgraph,
      requiredClaims: ['sub', 'exp'],
    })
    const viewer = viewerFromClaims(payload)
    if (verified.size > 10_000) verified.clear()
    verified.set(identity, { viewer, until: (payload.exp ?? 0) * 1000 })
    return viewer
  }

  return {
    async verify({ method, path, body, headers }) {
      const one = (name: string): string => {
        const value = headers[name]
        return typeof value === 'string' ? value : ''
      }
      const identity = one(HEADER.identity)
      const client = one(HEADER.client)
      const timestamp = one(HEADER.timestamp)
      const nonce = one(HEADER.nonce)
      const parts = { method, path, body, timestamp, nonce, identityHash: sha256(identity), clientHash: sha256(client) }
      const secret = secrets.get(one(HEADER.key))
      const given = Buffer.from(one(HEADER.signature), 'base64url')
      const expected = secret === undefined ? null : signature(secret, parts)
      if (!expected || given.length !== expected.length || !timingSafeEqual(given, expected)) throw fault('UNAUTHENTICATED')
      if (!(Math.abs(Date.now() - Number(timestamp)) <= CLOCK_SKEW_MS)) throw fault('UNAUTHENTICATED')
      if (!seen.first(nonce)) throw fault('UNAUTHENTICATED')
      try {
        const { ip, userAgent } = JSON.parse(Buffer.from(client, 'base64url').toString()) as Pick<Caller, 'ip' | 'userAgent'>
        return { viewer: await viewerOf(identity), ip, userAgent }
      } catch {
        throw fault('UNAUTHENTICATED')
      }
    },
  }
}

/** The viewer that the claims of a verified token describe; shared by the router's access tokens and identity tokens. */
export function viewerFromClaims(claims: Readonly<Record<string, unknown>>): Viewer {
  const strings = (value: unknown) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])
  const { sub, sid, scope, roles, facts } = claims
  if (typeof sub !== 'string') throw fault('UNAUTHENTICATED')
  return Object.freeze({
    id: sub,
    sessionId: typeof sid === 'string' ? sid : null,
    roles: strings(roles),
    scopes: typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [],
    facts: strings(facts),
  })
}

/** Nonces of the last two minutes, in two generations so that forgetting costs nothing. */
function seenNonces() {
  let young = new Set<string>()
  let old = new Set<string>()
  let turn = Date.now()
  return {
    first(nonce: string): boolean {
      if (Date.now() - turn > NONCE_MS) {
        old = young
        young = new Set()
        turn = Date.now()
      }
      if (nonce === '' || young.has(nonce) || old.has(nonce)) return false
      young.add(nonce)
      return true
    },
  }
}
