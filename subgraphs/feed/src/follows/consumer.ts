import { timestampDate } from '@bufbuild/protobuf/wkt'
import { on, type Subscription } from '@vibely/kit/consumer'
import { PermanentError } from '@vibely/kit/errors'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { requestAnnouncement } from '../notifications/announcements.ts'
import { saveFollow } from './store.ts'

/** The follow graph. Home feeds read it; the notifier looks again at what an author and a follower are to each other. */
export const follows: Subscription<MongoTx> = {
  topic: 'vibely.social.follow.v1',
  group: 'feed.follows',
  handlers: [
    on(FollowedSchema, (tx: MongoTx, { message: { followerId, followeeId, followedAt }, version }) => {
      if (!followedAt) throw new PermanentError('a follow without time')
      return save(tx, { followerId, followeeId, since: timestampDate(followedAt) }, version)
    }),
    on(UnfollowedSchema, (tx: MongoTx, { message: { followerId, followeeId }, version }) =>
      save(tx, { followerId, followeeId, since: null }, version),
    ),
  ],
}

async function save(tx: MongoTx, edge: Parameters<typeof saveFollow>[1], version: number): Promise<void> {
  if (!(await saveFollow(tx, edge, version))) return
  // An edge counts both ways: pieces for MUTUALS depend on the author's follow too.
  await requestAnnouncement(tx, { of: 'tie', receiverId: edge.followerId, authorId: edge.followeeId })
  await requestAnnouncement(tx, { of: 'tie', receiverId: edge.followeeId, authorId: edge.followerId })
}
