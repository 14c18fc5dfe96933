import { fault } from '@vibely/kit/errors'
import { viewerFromClaims } from '@vibely/kit/identity'
import type { Viewer } from '@vibely/kit/viewer'
import { errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { KeySet } from './key-set.ts'

const AUDIENCE = 'vibely'

/** Clocks may differ by this much. */
export const LEEWAY_SECONDS = 30

/** Who a credential proves. */
export interface Identity {
  readonly viewer: Viewer | null
  /** Milliseconds since 1970 after which the credential proves nothing; null without one. */
  readonly validUntil: number | null
}

const ANONYMOUS: Identity = Object.freeze({ viewer: null, validUntil: null })

export interface Authenticator {
  /**
   * The identity behind an `authorization` value: `Bearer …`, or anonymous when absent.
   * @throws Fault UNAUTHENTICATED, TOKEN_EXPIRED, SUBGRAPH_UNAVAILABLE while the keys cannot be had
   */
  authenticate(authorization: string | undefined): Promise<Identity>
}

/** Verifies access tokens, each once as long as the keys are the same; whether its session was revoked is asked every time. */
export function openAuthenticator(options: {
  readonly keys: KeySet
  readonly issuer: string
  readonly isRevoked: (sessionId: string) => boolean
}): Authenticator {
  const verified = new LRUCache<string, { readonly identity: Identity; readonly generation: number }>({ max: 10_000 })

  async function verify(token: string): Promise<Identity> {
    const known = verified.get(token)
    const generation = options.keys.generation()
    if (known?.generation === generation) return known.identity
    const { payload } = await jwtVerify(token, options.keys.find, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: options.issuer,
      audience: AUDIENCE,
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: ['sub', 'sid', 'exp'],
    })
    const identity = { viewer: viewerFromClaims(payload), validUntil: ((payload.exp ?? 0) + LEEWAY_SECONDS) * 1000 }
    // Under the keys of before: should they have changed meanwhile, it is verified again.
    verified.set(token, { identity, generation })
    return identity
  }

  return {
    async authenticate(authorization) {
      if (authorization === undefined || authorization === '') return ANONYMOUS
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (token === undefined) throw fault('UNAUTHENTICATED', 'The authorization is not a bearer token.')
      const identity = await verify(token).catch((error: unknown) => {
        if (error instanceof errors.JWTExpired) throw fault('TOKEN_EXPIRED')
        if (error instanceof errors.JOSEError) throw fault('UNAUTHENTICATED', 'The access token is not valid.')
        throw error
      })
      if (identity.validUntil !== null && identity.validUntil <= Date.now()) throw fault('TOKEN_EXPIRED')
      const session = identity.viewer?.sessionId
      if (session && options.isRevoked(session)) throw fault('UNAUTHENTICATED', 'The session has ended.')
      return identity
    },
  }
}
