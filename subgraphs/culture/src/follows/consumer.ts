import { on, type Subscription } from '@vibely/kit/consumer'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { saveFollow } from './store.ts'

/** Keeps social's follow graph: it decides who sees what is meant for followers. */
export const follows: Subscription<MongoTx> = {
  topic: 'vibely.social.follow.v1',
  group: 'culture.follows',
  handlers: [
    on(FollowedSchema, (tx: MongoTx, { message: { followerId, followeeId }, version }) =>
      saveFollow(tx, { followerId, followeeId, active: true }, version),
    ),
    on(UnfollowedSchema, (tx: MongoTx, { message: { followerId, followeeId }, version }) =>
      saveFollow(tx, { followerId, followeeId, active: false }, version),
    ),
  ],
}
