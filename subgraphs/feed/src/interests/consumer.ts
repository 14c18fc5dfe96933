import { on, type Subscription } from '@vibely/kit/consumer'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { InterestChangedSchema } from '@vibely/schema/events/social/v1/interest'
import { requestAnnouncement } from '../notifications/announcements.ts'
import { saveInterest } from './store.ts'

/** Which genres bring items into a member's home feed, and notifications. */
export const interests: Subscription<MongoTx> = {
  topic: 'vibely.social.interest.v1',
  group: 'feed.interests',
  handlers: [
    on(InterestChangedSchema, async (tx: MongoTx, { message: { userId, genreId, weight }, version, occurredAt }) => {
      const changed = await saveInterest(tx, { userId, genreId, active: weight > 0, at: occurredAt, version })
      if (changed && weight > 0) await requestAnnouncement(tx, { of: 'interest', receiverId: userId, genreId })
    }),
  ],
}
