import type { Database } from '@vibely/kit/mongo'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import { appendEvents } from '../streams/store.ts'
import { notificationEvent } from './events.ts'
import { setRead, unreadNotifications } from './store.ts'

const MARKED_A_STEP = 500

/**
 * Marks a member's own notifications as read and tells the member's other devices. Repeating it changes nothing; ids of
 * others change nothing.
 */
export async function markRead(
  { client, db }: Database,
  userId: string,
  which: { readonly ids: readonly string[]; readonly upTo: Date | null },
): Promise<void> {
  const readAt = new Date()
  for (let marked = MARKED_A_STEP; marked === MARKED_A_STEP; ) {
    marked = await inTransaction(client, db, async (tx) => {
      const unread = await unreadNotifications(tx, userId, which, MARKED_A_STEP)
      await setRead(
        tx,
        unread.map(({ id }) => id),
        readAt,
      )
      await appendEvents(tx, unread.filter(({ hidden }) => !hidden).map(notificationEvent))
      return unread.length
    })
  }
}
