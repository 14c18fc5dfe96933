import type { MongoTx } from './outbox-mongo.ts'

// A copy of others' data is written over a smaller version only, so that events may come twice and in any order. A delete is a
// write like any other (`{ deleted: true }`): the row stays with its version, and a late old event cannot bring it back.
// In PostgreSQL the same is one statement: INSERT … ON CONFLICT (id) DO UPDATE SET … WHERE copy.version < EXCLUDED.version.

/** A row of a copy: the id of what is copied, and the version of the event that last changed it. */
export interface CopyRow {
  readonly _id: string
  readonly version: number
}

/**
 * Keeps the newest state of a copy: writes the whole row unless this version or a later one is known.
 * A plain upsert with the version in its filter would not do: meeting a newer row it fails and ends the transaction.
 * @returns false when nothing was news
 */
export async function keepNewest<Row extends CopyRow>({ db, session }: MongoTx, collection: string, row: Row): Promise<boolean> {
  const newer = { $lt: [{ $ifNull: ['$version', 0] }, row.version] }
  const { modifiedCount, upsertedCount } = await db
    .collection<CopyRow>(collection)
    .updateOne({ _id: row._id }, [{ $replaceWith: { $cond: [newer, { $literal: row }, '$$ROOT'] } }], { upsert: true, session })
  return modifiedCount + upsertedCount > 0
}
