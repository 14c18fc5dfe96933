import { randomUUID } from 'node:crypto'
import { type ClientSession, type Db, type MongoClient, MongoServerError } from 'mongodb'

interface LeaseDocument {
  readonly _id: string
  readonly holder: string
  /** Grows with each change of holder. */
  readonly fence: number
  readonly expires_at: Date
}

/** The right to be the one active relay of a service, for a few seconds at a time. */
export interface Lease {
  /** Takes or renews the lease; false while another holds it. */
  hold(): Promise<boolean>
  /** Runs writes in a transaction that fails when the lease was lost meanwhile. */
  whileHeld(work: (session: ClientSession) => Promise<void>): Promise<void>
  release(): Promise<void>
}

const DUPLICATE_KEY = 11_000

/** A lease by the server's clock, so that no two hosts need to agree on the time. */
export function openLease(db: Db, client: MongoClient, service: string, leaseMs = 5_000): Lease {
  const leases = db.collection<LeaseDocument>('relay_lease')
  const holder = randomUUID()
  const expiry = { $add: ['$$NOW', leaseMs] }
  let fence: number | undefined
  let renewAt = 0

  const take = async (): Promise<number | undefined> => {
    const free = { _id: service, $or: [{ holder }, { $expr: { $lt: ['$expires_at', '$$NOW'] } }] }
    const nextFence = { $cond: [{ $eq: ['$holder', holder] }, '$fence', { $add: [{ $ifNull: ['$fence', 0] }, 1] }] }
    try {
      const lease = await leases.findOneAndUpdate(free, [{ $set: { holder, expires_at: expiry, fence: nextFence } }], {
        upsert: true,
        returnDocument: 'after',
        writeConcern: { w: 'majority' },
      })
      return lease?.fence
    } catch (error) {
      // Somebody else's lease did not match, and inserting a second one under its id fails.
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined
      throw error
    }
  }

  return {
    async hold() {
      if (fence !== undefined && performance.now() < renewAt) return true
      const asked = performance.now()
      fence = await take()
      renewAt = asked + leaseMs / 2
      return fence !== undefined
    },
    async whileHeld(work) {
      await client.withSession((session) =>
        session.withTransaction(
          async () => {
            const renewed = await leases.updateOne({ _id: service, holder, fence: fence ?? 0 }, [{ $set: { expires_at: expiry } }], {
              session,
            })
            if (renewed.matchedCount === 0) {
              fence = undefined
              throw new Error(`another relay of ${service} took over`)
            }
            await work(session)
          },
          { writeConcern: { w: 'majority' } },
        ),
      )
    },
    async release() {
      if (fence === undefined) return
      fence = undefined
      // The document stays, and with it the fence.
      await leases.updateOne({ _id: service, holder }, { $set: { expires_at: new Date(0) } })
    },
  }
}
