import { type Db, type MongoClient, MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError, UUID } from 'mongodb'
import { type FailureKind, type Inbox, isUnreachable } from './inbox.ts'
import { inTransaction, type MongoTx } from './outbox-mongo.ts'

const DUPLICATE_KEY = 11_000

/** Ends the transaction of an event that was applied before. */
class Repeated extends Error {
  override readonly name = 'Repeated'
}

/** The inbox of a service whose store is MongoDB. A time-to-live index forgets old events. */
export function mongoInbox(client: MongoClient, db: Db): Inbox<MongoTx> {
  return {
    async once(consumer, eventId, effect) {
      try {
        await inTransaction(client, db, async (tx) => {
          await remember(tx, consumer, eventId)
          await effect(tx)
        })
        return 'applied'
      } catch (error) {
        if (error instanceof Repeated) return 'repeated'
        throw error
      }
    },
    classify: classifyMongo,
    async probe() {
      // A write needs a primary, so ask for one.
      await db.command({ ping: 1 }, { readPreference: 'primary' })
    },
    purge: async () => 0,
  }
}

async function remember({ db, session }: MongoTx, consumer: string, eventId: string): Promise<void> {
  try {
    await db.collection('inbox').insertOne({ consumer, event_id: new UUID(eventId), processed_at: new Date() }, { session })
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) throw new Repeated()
    throw error
  }
}

// https://github.com/mongodb/mongo/blob/v6.0/src/mongo/base/error_codes.yml
const INFRASTRUCTURE_CODES = new Set([6, 7, 13, 18, 89, 91, 189, 262, 317, 358, 9001, 10107, 11600, 11602, 13435, 13436, 14031])
// A duplicate key is not among them: it may be a race with another writer.
const PERMANENT_CODES = new Set([2, 9, 14, 52, 54, 57, 121, 10334])

/** What an error of the MongoDB driver means. */
export function classifyMongo(error: unknown): FailureKind | undefined {
  // A write to a socket that the server has just left fails before the driver can wrap it.
  if (error instanceof Error && 'code' in error && isUnreachable(error.code)) return 'infrastructure'
  if (!(error instanceof MongoError)) return undefined
  if (error instanceof MongoServerSelectionError || error instanceof MongoNetworkError) return 'infrastructure'
  if (/PoolClear|WaitQueueTimeout|TopologyClosed|NotConnected|Timeout/.test(error.name)) return 'infrastructure'
  const { code } = error
  if (typeof code === 'number' && INFRASTRUCTURE_CODES.has(code)) return 'infrastructure'
  if (typeof code === 'number' && PERMANENT_CODES.has(code)) return 'permanent'
  return 'transient'
}
