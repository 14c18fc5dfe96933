import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { InfrastructureError, PermanentError } from './errors.ts'
import { decode } from './event.ts'
import { type Namespace, qualify } from './namespace.ts'

// Personal data leaves its subgraph only under a key of its user: AES-256-GCM, the user id as associated data. The keys lie in
// Redis, each wrapped with the master key. A destroyed key erases every copy of the data, wherever it went.

/** The fields of a `vibely.common.v1.Sealed`. */
export interface Sealed {
  readonly userId: string
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

export type UserKey = Uint8Array | 'destroyed'

export interface KeyRing {
  /** Adds a user's key. A key that is there, or destroyed, stays as it is: filling up twice is harmless. */
  put(userId: string, key: Uint8Array): Promise<void>
  /** Leaves only the mark that the user is erased. Other processes notice within seconds. */
  destroy(userId: string): Promise<void>
  /** Undefined when the ring has no word of the user, as after a loss of Redis. Throws when Redis does not answer. */
  find(userId: string): Promise<UserKey | undefined>
  /** A key wrapped with the master key, as its owner keeps it in a store. */
  wrap(userId: string, key: Uint8Array): Uint8Array
  unwrap(userId: string, wrapped: Uint8Array): Uint8Array
}

const DESTROYED = 'destroyed'
const NONCE_BYTES = 12
const TAG_BYTES = 16
// How long another process may go on reading with a destroyed key.
const CACHE_MS = 5_000
const CACHE_SIZE = 10_000
const ANSWER_MS = 1_000

/** A fresh key for a user. */
export const newUserKey = (): Uint8Array => randomBytes(32)

function encrypt(key: Uint8Array, userId: string, bytes: Uint8Array): { nonce: Buffer; ciphertext: Buffer } {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(userId))
  return { nonce, ciphertext: Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]) }
}

function decrypt(key: Uint8Array, userId: string, nonce: Uint8Array, ciphertext: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(userId))
    decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw new PermanentError('sealed bytes do not belong to this key and user', { cause: error })
  }
}

/** The users' keys in Redis. `key` is the master key, 32 bytes. */
export function openKeyRing({
  redis,
  namespace,
  key: master,
}: {
  readonly redis: Redis
  readonly namespace: Namespace
  readonly key: Uint8Array
}): KeyRing {
  if (master.length !== 32) throw new Error('the master key must have 32 bytes')
  const cache = new LRUCache<string, UserKey>({ max: CACHE_SIZE, ttl: CACHE_MS })
  const place = (userId: string) => qualify(namespace, `user_key:${userId}`)

  const wrap = (userId: string, key: Uint8Array) => {
    const { nonce, ciphertext } = encrypt(master, userId, key)
    return Buffer.concat([nonce, ciphertext])
  }
  const unwrap = (userId: string, wrapped: Uint8Array) =>
    decrypt(master, userId, wrapped.subarray(0, NONCE_BYTES), wrapped.subarray(NONCE_BYTES))

  return {
    wrap,
    unwrap,
    async put(userId, key) {
      await answered(redis, () => redis.set(place(userId), Buffer.from(wrap(userId, key)).toString('base64'), 'NX'))
    },
    async destroy(userId) {
      await answered(redis, () => redis.set(place(userId), DESTROYED))
      cache.set(userId, DESTROYED)
    },
    async find(userId) {
      const cached = cache.get(userId)
      if (cached) return cached
      const stored = await answered(redis, () => redis.get(place(userId)))
      if (stored === null) return undefined
      const key = stored === DESTROYED ? DESTROYED : unwrap(userId, Buffer.from(stored, 'base64'))
      cache.set(userId, key)
      return key
    },
  }
}

const GONE = new Set(['reconnecting', 'close', 'end'])

/** ioredis lets commands wait until the connection is back; a caller cannot wait that long. */
async function answered<T>(redis: Redis, command: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ANSWER_MS)
  try {
    if (GONE.has(redis.status)) throw new Error(`connection is ${redis.status}`)
    const answer = command()
    answer.catch(() => undefined)
    return await Promise.race([answer, late.promise])
  } catch (error) {
    throw new InfrastructureError('key ring is out of reach', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** Seals bytes for their user. Undefined when there is no key to be had: the field of the event stays empty, the write goes on. */
export async function seal(ring: KeyRing, userId: string, bytes: Uint8Array): Promise<Sealed | undefined> {
  const key = await ring.find(userId).catch((error: unknown) => {
    if (error instanceof InfrastructureError) return undefined
    throw error
  })
  if (key === undefined || key === DESTROYED) return undefined
  return { userId, ...encrypt(key, userId, bytes) }
}

/** Opens sealed bytes; 'erased' when the user's key is destroyed. Without a key a consumer has to wait: InfrastructureError. */
export async function unseal(ring: KeyRing, sealed: Sealed): Promise<Uint8Array | 'erased'> {
  const key = await ring.find(sealed.userId)
  if (key === undefined) throw new InfrastructureError('the key ring lacks the key of a user')
  if (key === DESTROYED) return 'erased'
  return decrypt(key, sealed.userId, sealed.nonce, sealed.ciphertext)
}

/** Opens a sealed message: see `unseal`. */
export async function unsealMessage<Desc extends DescMessage>(
  ring: KeyRing,
  sealed: Sealed,
  schema: Desc,
): Promise<MessageShape<Desc> | 'erased'> {
  const bytes = await unseal(ring, sealed)
  return bytes === 'erased' ? bytes : decode(schema, bytes)
}
