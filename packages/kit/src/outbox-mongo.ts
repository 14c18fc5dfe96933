import { Binary, type ClientSession, type Db, type MongoClient, UUID } from 'mongodb'
import { causeHeaders } from './envelope.ts'
import { uuidv7 } from './ids.ts'
import { INBOX_DAYS } from './inbox.ts'
import type { Append, OutboxRecord, OutboxSource, Pending } from './outbox.ts'
import { openLease } from './relay-lease.ts'
import { noteWritten } from './written.ts'

/** A running multi-document transaction. Pass `session` to every operation. */
export interface MongoTx {
  readonly db: Db
  readonly session: ClientSession
}

/** Runs work in one majority-committed snapshot transaction, again when it met another writer: work must bear a repeat. */
export async function inTransaction<T>(client: MongoClient, db: Db, work: (tx: MongoTx) => Promise<T>): Promise<T> {
  return client.withSession((session) =>
    session.withTransaction(() => work({ db, session }), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    }),
  )
}

interface AggregateDocument {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly locked_by: UUID
}

interface OutboxDocument {
  readonly event_id: UUID
  readonly aggregate_type: string
  readonly aggregate_id: string
  readonly version: number
  readonly type: string
  readonly payload: Binary
  readonly headers: Record<string, string>
  readonly created_at: Date
  readonly published: boolean
  readonly published_at: Date | null
}

const outboxOf = (db: Db) => db.collection<OutboxDocument>('outbox')

/**
 * The only way to append an event. Writes to the aggregate's document before anything else, so that a second writer of the
 * same aggregate conflicts and starts over: versions are in commit order. Appending nothing is fine.
 * @param tx the transaction of the state change
 * @param work gets `append`, which returns the version that the event makes
 */
export async function withAggregate<T>(tx: MongoTx, type: string, id: string, work: (append: Append) => Promise<T>): Promise<T> {
  const { db, session } = tx
  const aggregates = db.collection<AggregateDocument>('aggregates')
  // Setting a fresh value makes it a real write. MongoDB skips one that changes nothing, and would not notice the conflict.
  await aggregates.updateOne({ type, id }, { $set: { locked_by: new UUID() }, $setOnInsert: { version: 0 } }, { upsert: true, session })
  return work(async (event) => {
    const bumped = await aggregates.findOneAndUpdate({ type, id }, { $inc: { version: 1 } }, { returnDocument: 'after', session })
    if (!bumped) throw new Error(`aggregate ${type}/${id} vanished inside its transaction`)
    await outboxOf(db).insertOne(
      {
        event_id: new UUID(uuidv7()),
        aggregate_type: type,
        aggregate_id: id,
        version: bumped.version,
        type: event.type,
        payload: new Binary(event.payload),
        headers: causeHeaders(),
        created_at: new Date(),
        published: false,
        published_at: null,
      },
      { session },
    )
    noteWritten(event)
    return bumped.version
  })
}

/** Collections and indexes of outbox and inbox. Transactions need them to exist. Safe to repeat. */
export async function ensureBackboneIndexes(db: Db): Promise<void> {
  await db.collection('aggregates').createIndex({ type: 1, id: 1 }, { unique: true })
  const outbox = db.collection('outbox')
  await outbox.createIndexes([
    { key: { event_id: 1 }, unique: true },
    { key: { aggregate_type: 1, aggregate_id: 1, version: 1 }, unique: true },
    { key: { published: 1, aggregate_type: 1, aggregate_id: 1, version: 1 }, partialFilterExpression: { published: false } },
    // The server itself drops what was published a day ago.
    { key: { published_at: 1 }, expireAfterSeconds: 24 * 3600 },
  ])
  await db.collection('inbox').createIndexes([
    { key: { consumer: 1, event_id: 1 }, unique: true },
    { key: { processed_at: 1 }, expireAfterSeconds: INBOX_DAYS * 24 * 3600 },
  ])
}

const toRecord = (document: OutboxDocument): OutboxRecord => ({
  eventId: document.event_id.toString(),
  aggregateType: document.aggregate_type,
  aggregateId: document.aggregate_id,
  version: document.version,
  type: document.type,
  payload: document.payload.value(),
  headers: document.headers,
  createdAt: document.created_at,
})

/** The outbox of a service whose store is MongoDB. */
export function mongoOutbox(db: Db, client: MongoClient, service: string): OutboxSource {
  const outbox = outboxOf(db)
  const lease = openLease(db, client, service)
  let last: Pick<OutboxDocument, 'aggregate_type' | 'aggregate_id'> | undefined

  // By aggregate and version on one snapshot: no version is seen without the ones before it, whatever the clocks of the writers say.
  const scan = (after: typeof last, limit: number) =>
    outbox
      .find(
        {
          published: false,
          ...(after && {
            $or: [
              { aggregate_type: { $gt: after.aggregate_type } },
              { aggregate_type: after.aggregate_type, aggregate_id: { $gt: after.aggregate_id } },
            ],
          }),
        },
        { readConcern: { level: 'snapshot' } },
      )
      .sort({ aggregate_type: 1, aggregate_id: 1, version: 1 })
      .limit(limit)
      .batchSize(limit)
      .toArray()

  return {
    service,
    async publishNext(limit, publish) {
      if (!(await lease.hold())) return 'standby'
      // Each batch goes on behind the aggregate where the last one ended, so that a busy one cannot starve the rest.
      let documents = await scan(last, limit)
      if (documents.length === 0 && last) documents = await scan(undefined, limit)
      last = documents.at(-1)
      if (documents.length === 0) return 0
      await publish(documents.map(toRecord))
      await lease.whileHeld(async (session) => {
        const _id = { $in: documents.map((document) => document._id) }
        await outbox.updateMany({ _id }, { $set: { published: true, published_at: new Date() } }, { session })
      })
      return documents.length
    },
    async pending(): Promise<Pending> {
      const [count, oldest] = await Promise.all([
        outbox.countDocuments({ published: false }),
        outbox.find({ published: false }).sort({ created_at: 1 }).limit(1).next(),
      ])
      return { count, oldestAgeSeconds: oldest ? (Date.now() - oldest.created_at.getTime()) / 1_000 : 0 }
    },
    purge: async () => 0,
    watch: (onWrite) => watchInserts(db, onWrite),
    release: () => lease.release(),
  }
}

/** A change stream as wake-up only: when it breaks, a new one starts from now and the poll has found what it missed. */
function watchInserts(db: Db, onWrite: () => void): AsyncDisposable {
  let closed = false
  let retry: NodeJS.Timeout | undefined
  const open = () => {
    const stream = outboxOf(db).watch([{ $match: { operationType: 'insert' } }, { $project: { _id: 1 } }])
    stream.on('change', onWrite)
    stream.on('error', () => {
      void stream.close().catch(() => undefined)
      if (closed) return
      retry = setTimeout(() => {
        current = open()
      }, 1_000)
    })
    return stream
  }
  let current = open()
  return {
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(retry)
      await current.close().catch(() => undefined)
    },
  }
}
