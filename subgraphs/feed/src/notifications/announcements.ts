import type { Source } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { traceHeaders } from '@vibely/kit/telemetry'
import { ObjectId } from 'mongodb'

/** Work for the notifier: what changed, so that members may have to be told of items, or not see them any more. */
export type Announcement =
  | { readonly of: 'item'; readonly itemId: string }
  | { readonly of: 'tie'; readonly receiverId: string; readonly authorId: string }
  | { readonly of: 'interest'; readonly receiverId: string; readonly genreId: string }
  | { readonly of: 'author'; readonly authorId: string }

export interface AnnouncementRow {
  readonly _id: ObjectId
  readonly what: Announcement
  /** Followers up to this id are done; empty at the start. */
  readonly after: string
  /** Trace context of the change. */
  readonly trace: Readonly<Record<string, string>>
}

const announcements = ({ db }: Source) => db.collection<AnnouncementRow>('announcements')

/**
 * Asks the notifier to look, in the transaction of the change. The notifier reads only after that transaction, and every
 * change asks: of two changes that belong together, each seen by another consumer at the same moment, the one that
 * commits last is announced with the other in sight. Deciding inside the consumers' transactions could miss both.
 */
export async function requestAnnouncement(tx: MongoTx, ...whats: readonly Announcement[]): Promise<void> {
  if (whats.length === 0) return
  await announcements(tx).insertMany(
    whats.map((what) => ({ _id: new ObjectId(), what, after: '', trace: traceHeaders() })),
    { session: tx.session },
  )
}

export const nextAnnouncements = (source: Source, limit: number): Promise<AnnouncementRow[]> =>
  announcements(source).find().sort({ _id: 1 }).limit(limit).toArray()

/** Takes the row into the transaction; null when somebody else has done this step. */
export const takeAnnouncement = (tx: MongoTx, { _id, after }: AnnouncementRow): Promise<AnnouncementRow | null> =>
  announcements(tx).findOne({ _id, after }, { session: tx.session })

/** Goes on behind a follower next time, or ends with null. */
export async function advanceAnnouncement(tx: MongoTx, _id: ObjectId, after: string | null): Promise<void> {
  const { session } = tx
  if (after === null) await announcements(tx).deleteOne({ _id }, { session })
  else await announcements(tx).updateOne({ _id }, { $set: { after } }, { session })
}
