import type { Logger } from '@vibely/kit/logger'
import { type KeyRing, newUserKey, type Sealed, seal } from '@vibely/kit/sealing'
import type { Tx } from '../db.ts'
import { findUserKey, insertUserKey, markInRing } from './user-key-store.ts'

/** The keys under which users' names travel. PostgreSQL has the truth; the ring in Redis is where the other subgraphs read. */
export interface UserKeys {
  /** Makes the key of a new user and puts it into the ring, before anybody can read an event of that user. */
  create(tx: Tx, userId: string): Promise<void>
  /** Seals bytes for their user. Undefined when the user's key is gone. */
  seal(tx: Tx, userId: string, bytes: Uint8Array): Promise<Sealed | undefined>
}

export const openUserKeys = ({ ring, logger }: { readonly ring: KeyRing; readonly logger: Logger }): UserKeys => ({
  async create(tx, userId) {
    const key = newUserKey()
    await insertUserKey(tx, userId, ring.wrap(userId, key))
    try {
      await ring.put(userId, key)
      await markInRing(tx, [userId])
    } catch (error) {
      // Redis is away. The account is opened all the same; the refill brings the key, and until then the readers wait.
      logger.warn({ err: error }, 'a new key has to wait for the key ring')
    }
  },
  async seal(tx, userId, bytes) {
    const wrapped = await findUserKey(tx, userId)
    if (!wrapped) return undefined
    const key = ring.unwrap(userId, wrapped)
    return seal({ ...ring, find: async () => key }, userId, bytes)
  },
})
