import type { Logger } from '@vibely/kit/logger'
import type { Namespace } from '@vibely/kit/namespace'
import { publishRevocation } from '@vibely/kit/revocations'
import type { Redis } from 'ioredis'
import { ACCESS_TOKEN_AFTERLIFE_SECONDS } from './access-token.ts'

/** Tells routers and sockets that sessions or API keys have ended, so that what they opened ends too. Call it after the commit. */
export type Revoke = (credentialIds: readonly string[]) => Promise<void>

export const openRevoke =
  ({ redis, namespace, logger }: { readonly redis: Redis; readonly namespace: Namespace; readonly logger: Logger }): Revoke =>
  async (credentialIds) => {
    try {
      await Promise.all(credentialIds.map((id) => publishRevocation(redis, namespace, id, ACCESS_TOKEN_AFTERLIFE_SECONDS)))
    } catch (error) {
      // In PostgreSQL they are over: no refresh succeeds and no key is found. Routers ask for them too, a few seconds later.
      logger.warn({ err: error, credentialIds }, 'ended credentials could not be announced')
    }
  }
