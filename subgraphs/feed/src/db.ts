import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type ClientSession, type Collection, type Db, type Document, MongoClient } from 'mongodb'

/** Where a store reads: inside a transaction when there is a session. A `MongoTx` is one. */
export interface Source {
  readonly db: Db
  readonly session?: ClientSession
}

/** The session of a transaction as an option of the driver; nothing outside of one. */
export const within = ({ session }: Source): { session?: ClientSession } => (session ? { session } : {})

/** The store of this subgraph: a use case opens its transaction here. */
export interface Database extends Source, AsyncDisposable {
  readonly client: MongoClient
}

/** A connected database whose writes survive the loss of a minority, and which reads only what cannot be rolled back. */
export async function openDatabase(url: string, name: string): Promise<Database> {
  const client = await new MongoClient(url, {
    appName: 'vibely-feed',
    writeConcern: { w: 'majority' },
    readConcern: { level: 'majority' },
    serverSelectionTimeoutMS: 5_000,
  }).connect()
  return { client, db: client.db(name), [Symbol.asyncDispose]: () => client.close() }
}

/** A row of a copy: the id of what is copied, and the version of the event that last changed it. */
export interface CopyRow extends Document {
  readonly _id: string
  readonly version: number
}

/**
 * Keeps the newest state of a copy, so that late, repeated and shuffled events do no harm. Rows are never deleted: a
 * tombstone keeps its version, or a late event would bring the row back.
 * @returns false when the copy already knew this version or a later one
 */
export async function keepNewest<Row extends CopyRow>(rows: Collection<Row>, row: Row, tx: MongoTx): Promise<boolean> {
  const byId = { _id: row._id } as Parameters<typeof rows.findOne>[0] & object
  const known = await rows.findOne(byId, { projection: { version: 1 }, session: tx.session })
  if (known && known.version >= row.version) return false
  await rows.replaceOne(byId, row, { upsert: true, session: tx.session })
  return true
}
