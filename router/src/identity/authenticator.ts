import { fault } from '@vibely/kit/errors'
import type { Viewer } from '@vibely/kit/viewer'
import type { AccessTokens } from './access-token.ts'

/** Who a credential proves. */
export interface Identity {
  readonly viewer: Viewer | null
  /** What a revocation names: the id of a session; null without a credential. */
  readonly credentialId: string | null
  /** Milliseconds since 1970 after which the credential proves nothing; null without one. */
  readonly validUntil: number | null
}

const NOBODY: Identity = Object.freeze({ viewer: null, credentialId: null, validUntil: null })

export interface Authenticator {
  /**
   * The identity behind an `authorization` value: `Bearer …`, or nobody when absent.
   * @throws Fault UNAUTHENTICATED, TOKEN_EXPIRED, SUBGRAPH_UNAVAILABLE while it cannot be verified
   */
  authenticate(authorization: string | undefined): Promise<Identity>
}

/** Verifies credentials of every kind. Whether one was revoked is asked every time. */
export function openAuthenticator(options: {
  readonly accessTokens: AccessTokens
  readonly isRevoked: (credentialId: string) => boolean
}): Authenticator {
  return {
    async authenticate(authorization) {
      if (authorization === undefined || authorization === '') return NOBODY
      const credential = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (credential === undefined) throw fault('UNAUTHENTICATED', 'The authorization is not a bearer token.')
      const identity = await options.accessTokens.identify(credential)
      if (identity.credentialId !== null && options.isRevoked(identity.credentialId))
        throw fault('UNAUTHENTICATED', 'The session has ended.')
      return identity
    },
  }
}
