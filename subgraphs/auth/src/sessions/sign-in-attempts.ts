import { createHash } from 'node:crypto'
import { networkOf } from '@vibely/kit/address'
import type { Logger } from '@vibely/kit/logger'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'

/** Somebody tries a password. */
export interface Attempt {
  /** As it is looked up, so that all spellings of one login count together. */
  readonly login: string
  /** The client's; null when nobody knows. */
  readonly address: string | null
  /** The viewer's session, when it is of the very account: who is signed in is not kept out by what strangers try. */
  readonly sessionId: string | null
}

/** Why an attempt is not made, and when the next may be. */
export interface TooMany {
  readonly code: 'ACCOUNT_LOCKED' | 'LIMIT_REACHED'
  readonly retryAt: Date
}

/**
 * Slows down who guesses passwords. From the fifth failure on a login is closed for a second, then for two, four and so on up to
 * fifteen minutes, known or not; an address that has failed thirty times within five minutes is turned away. Where a login
 * has been signed in from before, failures elsewhere do not count, and with a live session none but its own: nobody can keep its
 * owner out.
 */
export interface SignInAttempts {
  /**
   * Counts as a failure of the login until it is told to have succeeded, so that attempts side by side are no way around. Of an address
   * failures alone count: many may sign in from one at once.
   * @returns null when it may be made
   */
  begin(attempt: Attempt): Promise<TooMany | null>
  failed(attempt: Attempt): Promise<void>
  succeeded(attempt: Attempt): Promise<void>
}

/** After the first failure, the second and so on; after all further ones the longest. */
const PAUSES_MS = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((seconds) => seconds * 1_000)
const LONGEST_PAUSE_MS = 15 * 60_000
/** Failures are forgotten so long after the last pause. */
const KEPT_MS = 60 * 60_000
const ADDRESS_FAILURES = 30
const ADDRESS_WINDOW_MS = 5 * 60_000
const AWAY_MS = 1_000
const KNOWN_ADDRESS_MS = 30 * 24 * 60 * 60_000

// By the clock of Redis, the one that all share. KEYS: the login's failures, those of it from this address, whether it was signed in from there,
// the address's; the first two are one with a session. ARGV: whether the address is known, whether what fails there counts.
const BEGIN = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = redis.call('EXISTS', KEYS[3]) == 1 and KEYS[2] or KEYS[1]
local closed = tonumber(redis.call('HGET', own, 'until') or 0) - now
if closed > 0 then return { 1, closed } end
if ARGV[2] == '1' and tonumber(redis.call('GET', KEYS[4]) or 0) >= ${ADDRESS_FAILURES} then return { 2, math.max(1, redis.call('PTTL', KEYS[4])) } end
local failures = redis.call('HINCRBY', own, 'failures', 1)
local pause = ({ ${PAUSES_MS.join(', ')} })[failures] or ${LONGEST_PAUSE_MS}
redis.call('HSET', own, 'until', now + pause)
redis.call('PEXPIRE', own, pause + ${KEPT_MS})
return { 0, 0 }`

const FAILED = `
if ARGV[2] == '1' and redis.call('INCR', KEYS[4]) == 1 then redis.call('PEXPIRE', KEYS[4], ${ADDRESS_WINDOW_MS}) end`

const SUCCEEDED = `
local own = redis.call('EXISTS', KEYS[3]) == 1 and KEYS[2] or KEYS[1]
redis.call('DEL', own)
if ARGV[1] == '1' then
  redis.call('SET', KEYS[3], 1, 'PX', ${KNOWN_ADDRESS_MS})
end`

/** Counts in Redis; while that is away, by itself. */
export function openSignInAttempts(options: {
  readonly redis: Redis
  readonly namespace: Namespace
  readonly logger: Logger
}): SignInAttempts {
  const { redis, namespace, logger } = options
  const alone = new LRUCache<string, { readonly failures: number; readonly until: number }>({
    max: 50_000,
    ttl: KEPT_MS + LONGEST_PAUSE_MS,
  })

  let awayUntil = 0

  /** After a failure Redis is left alone for a second, so that not every sign-in waits for it. */
  async function evaluate(script: string, attempt: Attempt): Promise<unknown> {
    if (Date.now() < awayUntil) throw new Error('Redis was away a moment ago')
    const { login, address, sessionId } = attempt
    const place = address === null ? '' : networkOf(address)
    const own = ownName(attempt)
    const names = [
      own,
      sessionId === null ? `login:${digest(login, place)}` : own,
      `known:${digest(login, place)}`,
      `address:${digest(place)}`,
    ]
    const keys = names.map((name) => qualify(namespace, `sign_in:${name}`))
    const flags = [address !== null, address !== null && sessionId === null].map(Number)
    try {
      return await redis.eval(script, keys.length, ...keys, ...flags)
    } catch (error) {
      awayUntil = Date.now() + AWAY_MS
      throw error
    }
  }

  const count = async (script: string, attempt: Attempt): Promise<void> => {
    await evaluate(script, attempt).catch((error: unknown) => logger.warn({ err: error }, 'a sign-in could not be counted'))
  }

  function beginAlone(attempt: Attempt): TooMany | null {
    const name = ownName(attempt)
    const { failures, until } = alone.get(name) ?? { failures: 0, until: 0 }
    const now = Date.now()
    if (until > now) return { code: 'ACCOUNT_LOCKED', retryAt: new Date(until) }
    alone.set(name, { failures: failures + 1, until: now + (PAUSES_MS[failures] ?? LONGEST_PAUSE_MS) })
    return null
  }

  return {
    async begin(attempt) {
      try {
        const [refused, waitMs] = (await evaluate(BEGIN, attempt)) as [number, number]
        if (refused === 0) return null
        logger.warn({ event: 'authn_login_lock', waitMs, by: refused === 1 ? 'login' : 'address' }, 'a sign-in was not tried')
        return { code: refused === 1 ? 'ACCOUNT_LOCKED' : 'LIMIT_REACHED', retryAt: new Date(Date.now() + waitMs) }
      } catch (error) {
        logger.warn({ err: error }, 'failed sign-ins are counted in this process alone')
        return beginAlone(attempt)
      }
    },
    failed: (attempt) => count(FAILED, attempt),
    succeeded(attempt) {
      alone.delete(ownName(attempt))
      return count(SUCCEEDED, attempt)
    },
  }
}

/** Where the failures of an attempt are counted: with its session, else with its login. */
const ownName = ({ login, sessionId }: Attempt): string => (sessionId === null ? `login:${digest(login)}` : `session:${sessionId}`)

// What was typed, and from where, is nobody's business in Redis, and may be long.
const digest = (...parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
