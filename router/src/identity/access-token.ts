import { fault } from '@vibely/kit/errors'
import { viewerFromClaims } from '@vibely/kit/identity'
import { errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Identity } from './authenticator.ts'
import type { KeySet } from './key-set.ts'
import { whileRecent } from './recent-authentication.ts'

const AUDIENCE = 'vibely'

/** Clocks may differ by this much. */
export const LEEWAY_SECONDS = 30

export interface AccessTokens {
  /** @throws Fault UNAUTHENTICATED, TOKEN_EXPIRED, SUBGRAPH_UNAVAILABLE while the keys cannot be had */
  identify(token: string): Promise<Identity>
}

/** Verifies access tokens, each once as long as the keys are the same. */
export function openAccessTokens({ keys, issuer }: { readonly keys: KeySet; readonly issuer: string }): AccessTokens {
  const verified = new LRUCache<string, { readonly identity: Identity; readonly generation: number }>({ max: 10_000 })

  async function verify(token: string): Promise<Identity> {
    const known = verified.get(token)
    const generation = keys.generation()
    if (known?.generation === generation) return known.identity
    const { payload } = await jwtVerify(token, keys.find, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer,
      audience: AUDIENCE,
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: ['sub', 'sid', 'exp'],
    })
    const viewer = whileRecent(viewerFromClaims(payload), payload.auth_time)
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
