import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { fault } from '@vibely/kit/errors'
import { BulkheadRejectedError, bulkhead } from 'cockatiel'

// Argon2id (RFC 9106) with 46 MiB and one pass, as a PHC string. A hash takes a thread of libuv's pool for about 50 ms, so only a
// few run at a time and few may wait: beyond that a flood of sign-ins is refused instead of queued for minutes.

interface Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
}

const COST: Cost = { memory: 47_104, passes: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const MAX_WAITING = 50
const RETRY_AFTER_MS = 2_000

const argon2Async = promisify(argon2)
const gate = bulkhead(Math.min(4, availableParallelism()), MAX_WAITING)

/** @throws Fault RATE_LIMITED when too many hashes wait already */
async function digest(password: string, salt: Uint8Array, { memory, passes }: Cost): Promise<Buffer> {
  // The same characters may be typed as different code points on another device.
  const message = password.normalize('NFKC')
  try {
    return await gate.execute(() =>
      argon2Async('argon2id', { message, nonce: salt, parallelism: 1, tagLength: HASH_BYTES, memory, passes }),
    )
  } catch (error) {
    if (error instanceof BulkheadRejectedError) throw fault('RATE_LIMITED', undefined, { retryAfterMs: RETRY_AFTER_MS })
    throw error
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

/** A password as it is stored: `$argon2id$v=19$m=…,t=…,p=1$salt$hash`. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await digest(password, salt, cost)
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${base64(salt)}$${base64(hash)}`
}

interface Stored extends Cost {
  readonly salt: Buffer
  readonly hash: Buffer
}

function parse(stored: string): Stored {
  const [, memory, passes, salt, hash] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(stored) ?? []
  if (memory === undefined || passes === undefined || salt === undefined || hash === undefined) throw new Error('not a hash of ours')
  return { memory: Number(memory), passes: Number(passes), salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

// What a password is compared with when there is no account: the same work, and never equal.
const NOBODY: Stored = { ...COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }

/**
 * Compares a password with a stored hash.
 * @param stored null when the login is unknown: takes as long, and is false
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const { hash, salt, ...cost } = stored === null ? NOBODY : parse(stored)
  const same = timingSafeEqual(await digest(password, salt, cost), hash)
  return same && stored !== null
}

/** True for a hash that was made with another cost than today's: replace it while the password is at hand. */
export function isOutdated(stored: string): boolean {
  const { memory, passes } = parse(stored)
  return memory !== COST.memory || passes !== COST.passes
}
