import { deterministicId } from '@vibely/kit/ids'
import { type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { Connection } from '@vibely/kit/pages'
import type { Filter } from 'mongodb'
import type { Item } from '../timelines/store.ts'

/** Something a member should know. */
export interface Notification {
  /** Follows from item and addressee, so that nobody is told twice. */
  readonly id: string
  readonly userId: string
  readonly kind: 'FRIEND_REVIEW'
  readonly itemId: string
  readonly subjectId: string
  readonly workId: string
  readonly actorId: string
  readonly createdAt: Date
  readonly readAt: Date | null
  /** True while the addressee may not see the subject. */
  readonly hidden: boolean
}

type NotificationRow = Omit<Notification, 'id'> & { readonly _id: string }

/** A page, and what it is a page of. */
export interface NotificationConnection extends Connection<Notification> {
  readonly userId: string
  readonly unreadOnly: boolean
}

export interface NotificationPage {
  readonly from: { readonly createdAt: Date; readonly id: string } | null
  readonly backward: boolean
  readonly limit: number
  readonly unreadOnly: boolean
}

export const KEPT_DAYS = 90

const notifications = ({ db }: Source) => db.collection<NotificationRow>('notifications')

/** The start of the time that notifications are kept for. */
export const keptSince = (): Date => new Date(Date.now() - KEPT_DAYS * 86_400_000)

export const notificationId = (item: Item, userId: string): string =>
  deterministicId('notification', `${item.id}:${userId}`, item.occurredAt)

/** Stores the notifications that are not there yet, and returns them. */
export async function addNotifications(
  tx: MongoTx,
  told: readonly { readonly item: Item; readonly userId: string }[],
): Promise<Notification[]> {
  const rows = told.map(({ item, userId }): Notification => {
    const { id: itemId, subjectId, workId, authorId: actorId, occurredAt: createdAt } = item
    return {
      id: notificationId(item, userId),
      userId,
      kind: 'FRIEND_REVIEW',
      itemId,
      subjectId,
      workId,
      actorId,
      createdAt,
      readAt: null,
      hidden: false,
    }
  })
  const known = await notifications(tx)
    .find({ _id: { $in: rows.map(({ id }) => id) } }, { session: tx.session, projection: { _id: 1 } })
    .toArray()
  const knownIds = new Set(known.map(({ _id }) => _id))
  const fresh = rows.filter(({ id }) => !knownIds.has(id))
  if (fresh.length > 0)
    await notifications(tx).insertMany(
      fresh.map(({ id: _id, ...row }) => ({ _id, ...row })),
      { session: tx.session },
    )
  return fresh
}

/** Shows or hides notifications; those that are so already stay. */
export async function setHidden(
  tx: MongoTx,
  which: { readonly ids: readonly string[] } | { readonly itemId: string },
  hidden: boolean,
): Promise<void> {
  const filter: Filter<NotificationRow> = 'ids' in which ? { _id: { $in: [...which.ids] } } : { itemId: which.itemId }
  await notifications(tx).updateMany({ ...filter, hidden: !hidden }, { $set: { hidden } }, { session: tx.session })
}

export async function removeNotifications(tx: MongoTx, itemId: string): Promise<void> {
  await notifications(tx).deleteMany({ itemId }, { session: tx.session })
}

/** One page of a member's notifications, in the direction of the page. */
export async function notificationsOf(source: Source, userId: string, page: NotificationPage): Promise<Notification[]> {
  const { from, backward, limit, unreadOnly } = page
  const [past, order] = backward ? (['$gt', 1] as const) : (['$lt', -1] as const)
  const beyond: Filter<NotificationRow> = from
    ? { $or: [{ createdAt: { [past]: from.createdAt } }, { createdAt: from.createdAt, _id: { [past]: from.id } }] }
    : {}
  const rows = await notifications(source)
    .find({ ...visible(userId, unreadOnly), ...beyond })
    .sort({ createdAt: order, _id: order })
    .limit(limit)
    .toArray()
  return rows.map(present)
}

export const countNotifications = (source: Source, userId: string, unreadOnly: boolean): Promise<number> =>
  notifications(source).countDocuments(visible(userId, unreadOnly), within(source))

/** Notifications by id, of this addressee alone. */
export async function pickNotifications(source: Source, userId: string, ids: readonly string[]): Promise<Notification[]> {
  const rows = await notifications(source)
    .find({ ...visible(userId, false), _id: { $in: [...ids] } })
    .toArray()
  return rows.map(present)
}

/** Unread notifications among these ids or up to a time, oldest first. */
export async function unreadNotifications(
  tx: MongoTx,
  userId: string,
  which: { readonly ids: readonly string[]; readonly upTo: Date | null },
  limit: number,
): Promise<Notification[]> {
  const rows = await notifications(tx)
    .find(
      { userId, readAt: null, $or: [{ _id: { $in: [...which.ids] } }, ...(which.upTo ? [{ createdAt: { $lte: which.upTo } }] : [])] },
      { session: tx.session },
    )
    .sort({ createdAt: 1, _id: 1 })
    .limit(limit)
    .toArray()
  return rows.map(present)
}

export async function setRead(tx: MongoTx, ids: readonly string[], readAt: Date): Promise<void> {
  await notifications(tx).updateMany({ _id: { $in: [...ids] } }, { $set: { readAt } }, { session: tx.session })
}

const visible = (userId: string, unreadOnly: boolean): Filter<NotificationRow> => ({
  userId,
  hidden: false,
  createdAt: { $gte: keptSince() },
  ...(unreadOnly && { readAt: null }),
})

const present = ({ _id: id, ...row }: NotificationRow): Notification => ({ id, ...row })
