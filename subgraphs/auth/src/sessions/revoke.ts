import type { Logger } from '@vibely/kit/logger'
import type { Namespace } from '@vibely/kit/namespace'
import { publishRevocation } from '@vibely/kit/revocations'
import type { Redis } from 'ioredis'
import { ACCESS_TOKEN_AFTERLIFE_SECONDS } from './access-token.ts'

/** Tells routers and sockets that sessions have ended, so that their access tokens end too. Call it after the commit. */
export type Revoke = (sessionIds: readonly string[]) => Promise<void>

export const openRevoke =
  ({ redis, namespace, logger }: { readonly redis: Redis; readonly namespace: Namespace; readonly logger: Logger }): Revoke =>
  async (sessionIds) => {
    try {
      await Promise.all(sessionIds.map((id) => publishRevocation(redis, namespace, id, ACCESS_TOKEN_AFTERLIFE_SECONDS)))
    } catch (error) {
      // The sessions are over in PostgreSQL: no refresh succeeds. Without Redis their last access token lives out its five minutes.
      logger.error({ err: error, sessionIds }, 'ended sessions could not be announced')
    }
  }
