import { randomUUID } from 'node:crypto'
import type { ClientSession, Db, MongoClient } from 'mongodb'

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

/** A lease by the server's clock, so that no two hosts need to agree on the time. */
export function openLease(db: Db, client: MongoClient, service: string, leaseMs = 5_000): Lease {
  const leases = db.collection<LeaseDocument>('relay_lease')
  const holder = randomUUID()
  const expiry = { $add: ['$$NOW', leaseMs] }
  let fence: number | undefined
  let renewAt = 0

  // The decision is made inside the update: an upsert whose filter asks for a free lease would have to insert a second one.
  const take = async (): Promise<number | undefined> => {
    const free = { $or: [{ $eq: ['$holder', holder] }, { $lt: [{ $ifNull: ['$expires_at', new Date(0)] }, '$$NOW'] }] }
    const nextFence = { $cond: [{ $eq: ['$holder', holder] }, '$fence', { $add: [{ $ifNull: ['$fence', 0] }, 1] }] }
    const taken = { $mergeObjects: ['$$ROOT', { holder, expires_at: expiry, fence: nextFence }] }
    const lease = await leases.findOneAndUpdate({ _id: service }, [{ $replaceWith: { $cond: [free, taken, '$$ROOT'] } }], {
      upsert: true,
      returnDocument: 'after',
      writeConcern: { w: 'majority' },
    })
    return lease?.holder === holder ? lease.fence : undefined
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
