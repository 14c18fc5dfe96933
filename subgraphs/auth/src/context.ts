import type { Viewer } from '@vibely/kit/viewer'
import type { Db } from './db.ts'
import type { UserKeys } from './keys/user-keys.ts'
import type { Loaders } from './loaders.ts'
import type { AccessTokens } from './sessions/access-token.ts'
import type { Revoke } from './sessions/revoke.ts'
import type { SignInAttempts } from './sessions/sign-in-attempts.ts'

/** What this subgraph has, for as long as it is open. */
export interface Resources {
  readonly db: Db
  readonly accessTokens: AccessTokens
  readonly userKeys: UserKeys
  readonly revoke: Revoke
  readonly attempts: SignInAttempts
  /** Call it after a commit that queued a mail. */
  readonly mailQueued: () => void
}

/** What a resolver gets: who asks, and what this subgraph has. */
export interface Context extends Resources {
  readonly viewer: Viewer | null
  readonly ip: string | null
  readonly userAgent: string | null
  readonly loaders: Loaders
}
