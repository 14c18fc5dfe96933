import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@vibely/kit/logger'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import type { KeyRing } from '@vibely/kit/sealing'
import type { Redis } from 'ioredis'
import type { Db } from '../db.ts'
import { findUserKeys, markInRing } from './user-key-store.ts'

const EVERY_MS = 60_000
const PAGE = 500

export interface RingParts {
  readonly db: Db
  readonly redis: Redis
  readonly namespace: Namespace
  readonly ring: KeyRing
}

/**
 * Brings the key ring up to PostgreSQL: every key after Redis has lost its data, otherwise those that could not be put at
 * registration. The sentinel is a key that only a whole refill sets, so it vanishes with the ring. Repeats are harmless.
 */
export async function refillRing({ db, redis, namespace, ring }: RingParts): Promise<number> {
  const sentinel = qualify(namespace, 'auth:key_ring_filled')
  const whole = (await redis.exists(sentinel)) === 0
  let filled = 0
  let after = ''
  for (;;) {
    const keys = await findUserKeys(db, { after, limit: PAGE, onlyMissing: !whole })
    await Promise.all(keys.map(({ accountId, wrapped }) => ring.put(accountId, ring.unwrap(accountId, wrapped))))
    await markInRing(
      db,
      keys.map(({ accountId }) => accountId),
    )
    filled += keys.length
    const last = keys.at(-1)
    if (!last || keys.length < PAGE) break
    after = last.accountId
  }
  if (whole) await redis.set(sentinel, new Date().toISOString())
  return filled
}

/** Refills the ring at once and then every minute, until disposed. */
export function startRingRefill(parts: RingParts & { readonly logger: Logger }): AsyncDisposable {
  const stop = new AbortController()
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        const filled = await refillRing(parts)
        if (filled > 0) parts.logger.info({ filled }, 'key ring refilled')
      } catch (error) {
        parts.logger.warn({ err: error }, 'key ring not refilled, trying again in a minute')
      }
      await sleep(EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }
  const ended = run()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
