import { SignJWT } from 'jose'
import type { Account } from '../accounts/account.ts'
import { factsOf } from '../accounts/facts.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import { rolesUpTo, scopeName, scopesOf } from './scopes.ts'
import type { Grant } from './session.ts'

const AUDIENCE = 'vibely'
const LIFE_SECONDS = 300

/** Seconds after which no token of a session can be valid any more, leeway included. */
export const ACCESS_TOKEN_AFTERLIFE_SECONDS = LIFE_SECONDS + 60

/** Makes access tokens: signed JWTs of five minutes (RFC 9068). */
export interface AccessTokens {
  issue(account: Account, grant: Grant): Promise<{ readonly token: string; readonly expiresAt: Date }>
}

export const openAccessTokens = ({ keys, issuer }: { readonly keys: SigningKeys; readonly issuer: string }): AccessTokens => ({
  // All comes from the grant and Ed25519 is deterministic, so one grant gives the same token again.
  async issue(account, { session, tokenId, issuedAt }) {
    const { kid, privateKey } = await keys.current()
    const issued = Math.floor(issuedAt.getTime() / 1_000)
    const token = await new SignJWT({
      sid: session.id,
      scope: scopesOf(account.role).map(scopeName).join(' '),
      roles: rolesUpTo(account.role),
      facts: factsOf(account),
      auth_time: Math.floor(session.authenticatedAt.getTime() / 1_000),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject(account.id)
      .setJti(tokenId)
      .setIssuedAt(issued)
      .setExpirationTime(issued + LIFE_SECONDS)
      .sign(privateKey)
    return { token, expiresAt: new Date((issued + LIFE_SECONDS) * 1_000) }
  },
})
