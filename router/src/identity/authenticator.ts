import { fault } from '@vibely/kit/errors'
import type { Viewer } from '@vibely/kit/viewer'
import type { AccessTokens } from './access-token.ts'
import { type ApiKeys, isApiKey } from './api-key.ts'

/** Who a credential proves. */
export interface Identity {
  readonly viewer: Viewer | null
  /** What a revocation names: the id of a session or an API key; null without a credential. */
  readonly credentialId: string | null
  /** Milliseconds since 1970 after which this proves nothing any more; null without a credential. */
  readonly validUntil: number | null
  /** Asks again whether the credential is good: its identity from then on. Absent when it ends for good. @throws Fault when it is not */
  readonly prove?: () => Promise<Identity>
}

const NOBODY: Identity = Object.freeze({ viewer: null, credentialId: null, validUntil: null })

export interface Authenticator {
  /**
   * The identity behind an `authorization` value: `Bearer …`, or nobody when absent.
   * @param ip where it comes from
   * @throws Fault UNAUTHENTICATED, TOKEN_EXPIRED, RATE_LIMITED, SUBGRAPH_UNAVAILABLE while it cannot be verified
   */
  authenticate(authorization: string | undefined, ip: string | null): Promise<Identity>
}

/** Takes everyone for nobody: whether a credential is good is for the subgraphs to say. */
export const unverified: Authenticator = { authenticate: async () => NOBODY }

/** Verifies access tokens and API keys. Whether one was revoked is asked every time. */
export function openAuthenticator(options: {
  readonly accessTokens: AccessTokens
  /** Null where nobody knows them. */
  readonly apiKeys: ApiKeys | null
  readonly isRevoked: (credentialId: string) => boolean
}): Authenticator {
  const { accessTokens, apiKeys } = options
  return {
    async authenticate(authorization, ip) {
      if (authorization === undefined || authorization === '') return NOBODY
      const credential = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
      if (credential === undefined) throw fault('UNAUTHENTICATED', 'The authorization is not a bearer token.')
      const identity = await (apiKeys && isApiKey(credential) ? apiKeys.identify(credential, ip) : accessTokens.identify(credential))
      if (identity.credentialId !== null && options.isRevoked(identity.credentialId))
        throw fault('UNAUTHENTICATED', 'The session or API key has ended.')
      return identity
    },
  }
}
