import type { MongoTx } from './outbox-mongo.ts'

// A copy of others' data is written over a smaller version only, so that events may come twice and in any order. A delete is a
// write like any other (`{ deleted: true }`): the row stays with its version, and a late old event cannot bring it back.
// In PostgreSQL the same is one statement: INSERT … ON CONFLICT (id) DO UPDATE SET … WHERE copy.version < EXCLUDED.version.

/**
 * Writes fields of a copy, creating it if need be, unless it has this version or a newer one.
 * A plain upsert with the version in its filter would not do: meeting a newer document it fails and ends the transaction.
 * @param fields the state after the change; fields that are not named stay
 * @returns whether it was written
 */
export async function saveVersioned(
  { db, session }: MongoTx,
  collection: string,
  id: string,
  version: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const newer = { $lt: [{ $ifNull: ['$version', 0] }, version] }
  const merged = { $mergeObjects: ['$$ROOT', { $literal: { ...fields, version } }] }
  const { modifiedCount, upsertedCount } = await db
    .collection<{ _id: string }>(collection)
    .updateOne({ _id: id }, [{ $replaceWith: { $cond: [newer, merged, '$$ROOT'] } }], { upsert: true, session })
  return modifiedCount + upsertedCount > 0
}
