import { fault } from '@vibely/kit/errors'
import { viewerFromClaims } from '@vibely/kit/identity'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Identity } from './authenticator.ts'
import type { KeySet } from './key-set.ts'
import { whileRecent } from './recent-authentication.ts'

/** What a token has to be to be believed. */
export interface TokenRules {
  /** One of these: where there are none no token is believed. */
  readonly issuers: readonly string[]
  /** Empty where tokens are for whoever gets them. */
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  /** Of the header `typ`; absent where issuers differ about it. */
  readonly typ?: string
  readonly claims: readonly string[]
}

/** Those that our auth issues. */
export const ownTokens = (issuer: string): TokenRules => ({
  issuers: [issuer],
  audiences: ['vibely'],
  algorithms: ['EdDSA'],
  typ: 'at+jwt',
  claims: ['sub', 'sid', 'exp'],
})

/** Those of an issuer that is not ours. A key set holds public keys: algorithms with a shared secret are left out. */
export const foreignTokens = (issuers: readonly string[], audiences: readonly string[]): TokenRules => ({
  issuers,
  audiences,
  algorithms: ['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
  claims: ['sub', 'exp'],
})

/** Clocks may differ by this much. */
export const LEEWAY_SECONDS = 30

export interface AccessTokens {
  /** @throws Fault UNAUTHENTICATED, TOKEN_EXPIRED, SUBGRAPH_UNAVAILABLE while the keys cannot be had */
  identify(token: string): Promise<Identity>
}

/** Verifies access tokens, each once as long as the keys are the same. */
export function openAccessTokens({ keys, rules }: { readonly keys: KeySet; readonly rules: TokenRules }): AccessTokens {
  const { issuers, audiences, algorithms, typ, claims } = rules
  const verified = new LRUCache<string, { readonly identity: Identity; readonly generation: number }>({ max: 10_000 })

  async function verify(token: string): Promise<Identity> {
    const known = verified.get(token)
    const generation = keys.generation()
    if (known?.generation === generation) return known.identity
    const { payload } = await jwtVerify(token, keys.find, {
      algorithms: [...algorithms],
      ...(typ !== undefined && { typ }),
      issuer: [...issuers],
      ...(audiences.length > 0 && { audience: [...audiences] }),
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: [...claims],
    })
    const viewer = whileRecent(viewerFromClaims({ ...payload, scope: scopesOf(payload), sid: sessionOf(payload) }), payload.auth_time)
    const identity = { viewer, credentialId: viewer.sessionId, validUntil: ((payload.exp ?? 0) + LEEWAY_SECONDS) * 1000 }
    // Under the keys of before: should they have changed meanwhile, it is verified again.
    verified.set(token, { identity, generation })
    return identity
  }

  return {
    async identify(token) {
      const identity = await verify(token).catch((error: unknown) => {
        if (error instanceof errors.JWTExpired) throw fault('TOKEN_EXPIRED')
        if (error instanceof errors.JOSEError) throw fault('UNAUTHENTICATED', 'The access token is not valid.')
        throw error
      })
      if (identity.validUntil !== null && identity.validUntil <= Date.now()) throw fault('TOKEN_EXPIRED')
      return identity
    },
  }
}

/** Some write scopes as a list, some call them `scp`. */
const scopesOf = ({ scope, scp }: JWTPayload): string => [scope ?? scp ?? []].flat().join(' ')

/** What names the sign-in that a token is of: issuers that know no sessions number their tokens. */
const sessionOf = ({ sid, jti, sub }: JWTPayload): unknown => sid ?? jti ?? sub
