import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@vibely/kit/logger'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import type { KeyRing } from '@vibely/kit/sealing'
import type { Redis } from 'ioredis'
import type { Db } from '../db.ts'
import { findUserKeys, markInRing } from './user-key-store.ts'

// Until the ring is full again the other subgraphs wait for keys, and what they write meanwhile lacks its sealed fields.
const EVERY_MS = 5_000
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

/** Refills the ring at once, every few seconds, and as soon as Redis is back, until disposed. */
export function startRingRefill(parts: RingParts & { readonly logger: Logger }): AsyncDisposable {
  const { redis, logger } = parts
  const stop = new AbortController()
  let endPause = new AbortController()
  const wake = () => endPause.abort()
  redis.on('ready', wake)
  const run = async () => {
    while (!stop.signal.aborted) {
      endPause = new AbortController()
      try {
        const filled = await refillRing(parts)
        if (filled > 0) logger.info({ filled }, 'key ring refilled')
      } catch (error) {
        logger.warn({ err: error }, 'key ring not refilled, trying again soon')
      }
      await sleep(EVERY_MS, undefined, { signal: AbortSignal.any([stop.signal, endPause.signal]) }).catch(() => undefined)
    }
  }
  const ended = run()
  return {
    async [Symbol.asyncDispose]() {
      redis.off('ready', wake)
      stop.abort()
      await ended
    },
  }
}
