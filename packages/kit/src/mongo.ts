import { type ClientSession, type Db, type Document, type IndexDescription, MongoClient, type OptionalUnlessRequiredId } from 'mongodb'
import type { MongoTx } from './outbox-mongo.ts'

/** Where a store reads: inside a transaction when there is a session. A `MongoTx` is one. */
export interface Source {
  readonly db: Db
  readonly session?: ClientSession
}

/** The session of a transaction as an option of the driver; nothing outside of one. */
export const within = ({ session }: Source): { session?: ClientSession } => (session ? { session } : {})

/** The store of a subgraph: a use case opens its transaction here. */
export interface Database extends Source, AsyncDisposable {
  readonly client: MongoClient
}

/** A connected database whose writes survive the loss of a minority, and which reads only what cannot be rolled back. */
export async function openDatabase(url: string, name: string): Promise<Database> {
  const client = await new MongoClient(url, {
    appName: name,
    writeConcern: { w: 'majority' },
    readConcern: { level: 'majority' },
    serverSelectionTimeoutMS: 5_000,
  }).connect()
  return { client, db: client.db(name), [Symbol.asyncDispose]: () => client.close() }
}

/** Makes collections, because transactions cannot make them, and their indexes. Safe to repeat. */
export async function ensureCollections(db: Db, indexes: Readonly<Record<string, readonly IndexDescription[]>>): Promise<void> {
  for (const [name, wanted] of Object.entries(indexes)) {
    const exists = await db.listCollections({ name }, { nameOnly: true }).hasNext()
    if (!exists) await db.createCollection(name)
    if (wanted.length > 0) await db.collection(name).createIndexes([...wanted])
  }
}

/** A document whose id is one of our ids. */
export interface Row extends Document {
  readonly _id: string
}

/** Rows by id, in any order; unknown ids are missing. */
export const findByIds = <R extends Row>(source: Source, collection: string, ids: readonly string[]): Promise<R[]> =>
  source.db
    .collection<Row>(collection)
    .find({ _id: { $in: [...ids] } }, within(source))
    .toArray() as Promise<Document[]> as Promise<R[]>

/** Inserts those rows whose ids are new, and returns them. */
export async function insertNew<R extends Row>(tx: MongoTx, collection: string, rows: readonly R[]): Promise<R[]> {
  const ids = rows.map((row) => row._id)
  const known = new Set((await findByIds(tx, collection, ids)).map((row) => row._id))
  const fresh = rows.filter((row) => !known.has(row._id))
  if (fresh.length > 0) await tx.db.collection<R>(collection).insertMany(fresh as OptionalUnlessRequiredId<R>[], { session: tx.session })
  return fresh
}
