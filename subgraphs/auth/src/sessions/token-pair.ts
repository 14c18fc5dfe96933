import type { Account } from '../accounts/account.ts'
import type { TokenPair } from '../generated/graphql.ts'
import type { AccessTokens } from './access-token.ts'
import type { Grant, Session } from './session.ts'

/** A session as its owner sees it. */
const presentSession = ({ accountId: _, ...session }: Session, current: boolean) => ({ ...session, current })

/** The tokens of a grant, as the client gets them. The session is that of the request, since the request opened or renewed it. */
export async function tokenPair(tokens: AccessTokens, account: Account, grant: Grant): Promise<TokenPair> {
  const { token, expiresAt } = await tokens.issue(account, grant)
  return {
    accessToken: token,
    accessTokenExpiresAt: expiresAt,
    refreshToken: grant.refreshToken,
    refreshTokenExpiresAt: grant.session.expiresAt,
    session: presentSession(grant.session, true),
  }
}
