import { type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'

/** A member cares for a genre. */
export interface Interest {
  readonly userId: string
  readonly genreId: string
  readonly since: Date
}

interface InterestRow {
  readonly _id: string
  readonly userId: string
  readonly genreId: string
  /** Null on the tombstone of an interest that ended. */
  readonly since: Date | null
  readonly version: number
}

const interests = ({ db }: Source) => db.collection<InterestRow>('interests')

/**
 * Keeps the newest state of an interest. A change of weight does not make it younger.
 * @returns false when this version or a later one was known
 */
export async function saveInterest(
  tx: MongoTx,
  { userId, genreId, active, at, version }: { userId: string; genreId: string; active: boolean; at: Date; version: number },
): Promise<boolean> {
  const _id = `${userId}:${genreId}`
  const known = await interests(tx).findOne({ _id }, { session: tx.session })
  if (known && known.version >= version) return false
  const since = active ? (known?.since ?? at) : null
  await interests(tx).replaceOne({ _id }, { userId, genreId, since, version }, { upsert: true, session: tx.session })
  return true
}

export const interestsOf = (source: Source, userId: string): Promise<Interest[]> => active(source, { userId })

/** Interests of any of these members in any of these genres. */
export const interestsAmong = (source: Source, userIds: readonly string[], genreIds: readonly string[]): Promise<Interest[]> =>
  active(source, { userId: { $in: [...userIds] }, genreId: { $in: [...genreIds] } })

async function active(source: Source, filter: Parameters<ReturnType<typeof interests>['find']>[0]): Promise<Interest[]> {
  const rows = await interests(source)
    .find({ ...filter, since: { $ne: null } }, within(source))
    .toArray()
  return rows.flatMap(({ userId, genreId, since }) => (since ? [{ userId, genreId, since }] : []))
}
