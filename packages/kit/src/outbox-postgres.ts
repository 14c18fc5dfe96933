import { causeHeaders } from './envelope.ts'
import { uuidv7 } from './ids.ts'
import type { Append, OutboxRecord, OutboxSource, Pending } from './outbox.ts'
import { noteWritten } from './written.ts'

/** What the backbone needs of a Prisma transaction client: parameterised SQL by tagged templates. */
export interface PostgresTx {
  $queryRaw<T = unknown>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>
}

/** What the backbone needs of a Prisma client. */
export interface PostgresClient<Tx extends PostgresTx = PostgresTx> extends PostgresTx {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options?: { maxWait?: number; timeout?: number }): Promise<T>
}

/**
 * The only way to append an event. Takes the aggregate's row lock before any outbox number is taken, so that number order is
 * version order and readers of the topic see the aggregate's history as it happened. Appending nothing is fine.
 * @param tx the transaction of the state change
 * @param work gets `append`, which returns the version that the event makes
 */
export async function withAggregate<T>(tx: PostgresTx, type: string, id: string, work: (append: Append) => Promise<T>): Promise<T> {
  await tx.$executeRaw`
    INSERT INTO aggregate (type, id, version) VALUES (${type}, ${id}, 0)
    ON CONFLICT (type, id) DO UPDATE SET version = aggregate.version`
  return work(async (event) => {
    const [row] = await tx.$queryRaw<{ version: number }[]>`
      WITH bumped AS (UPDATE aggregate SET version = version + 1 WHERE type = ${type} AND id = ${id} RETURNING version)
      INSERT INTO outbox (event_id, aggregate_type, aggregate_id, version, type, payload, headers)
      SELECT ${uuidv7()}::uuid, ${type}, ${id}, bumped.version, ${event.type}, ${event.payload}, ${JSON.stringify(causeHeaders())}::jsonb
      FROM bumped RETURNING version`
    if (!row) throw new Error(`aggregate ${type}/${id} vanished inside its transaction`)
    noteWritten(event)
    return row.version
  })
}

interface Row {
  readonly event_id: string
  readonly aggregate_type: string
  readonly aggregate_id: string
  readonly version: number
  readonly type: string
  readonly payload: Uint8Array
  readonly headers: Record<string, string>
  readonly created_at: Date
}

const toRecord = (row: Row): OutboxRecord => ({
  eventId: row.event_id,
  aggregateType: row.aggregate_type,
  aggregateId: row.aggregate_id,
  version: row.version,
  type: row.type,
  payload: row.payload,
  headers: row.headers,
  createdAt: row.created_at,
})

const PURGE_BATCH = 1_000
// PostgreSQL ends the transaction of a frozen relay after this, which frees the lock.
const IDLE_TIMEOUT = '10s'
const BATCH_TIMEOUT_MS = 60_000

/** The outbox of a service whose store is PostgreSQL. */
export function postgresOutbox<Tx extends PostgresTx>(prisma: PostgresClient<Tx>, service: string): OutboxSource {
  const lock = `outbox relay of ${service}`

  // One relay at a time, by a lock that ends with the transaction. Neither a cursor over ids nor SKIP LOCKED would do: ids
  // become visible out of order, and two relays overtake each other.
  const publishLocked = async (tx: Tx, limit: number, publish: (records: readonly OutboxRecord[]) => Promise<void>) => {
    const [mine] = await tx.$queryRaw<{ locked: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtextextended(${lock}, 0)) AS locked, set_config('idle_in_transaction_session_timeout', ${IDLE_TIMEOUT}, true)`
    if (!mine?.locked) return 'standby' as const
    const rows = await tx.$queryRaw<Row[]>`
      SELECT event_id::text, aggregate_type, aggregate_id, version, type, payload, headers, created_at
      FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT ${limit}::int`
    if (rows.length === 0) return 0
    await publish(rows.map(toRecord))
    await tx.$executeRaw`UPDATE outbox SET published_at = now() WHERE event_id = ANY(${rows.map((row) => row.event_id)}::uuid[])`
    return rows.length
  }

  return {
    service,
    async publishNext(limit, publish) {
      const [unpublished] = await prisma.$queryRaw<{ any: boolean }[]>`SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL) AS any`
      if (!unpublished?.any) return 0
      return prisma.$transaction((tx) => publishLocked(tx, limit, publish), { timeout: BATCH_TIMEOUT_MS })
    },
    async pending(): Promise<Pending> {
      const [row] = await prisma.$queryRaw<{ count: number; age: number }[]>`
        SELECT count(*)::int AS count, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age
        FROM outbox WHERE published_at IS NULL`
      return { count: row?.count ?? 0, oldestAgeSeconds: row?.age ?? 0 }
    },
    async purge() {
      // Only the oldest rows are looked at, so that a quiet day costs no scan.
      return prisma.$executeRaw`
        DELETE FROM outbox WHERE id IN (
          SELECT id FROM (SELECT id, published_at FROM outbox ORDER BY id LIMIT ${PURGE_BATCH}::int) AS oldest
          WHERE published_at < now() - interval '24 hours')`
    },
  }
}
