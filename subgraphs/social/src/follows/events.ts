import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { event } from '@vibely/kit/event'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import type { FollowEdge } from './store.ts'

export const followed = ({ followerId, followeeId, followedAt }: FollowEdge) =>
  event(FollowedSchema, { followerId, followeeId, followedAt: timestampFromDate(followedAt) })

export const unfollowed = (followerId: string, followeeId: string) => event(UnfollowedSchema, { followerId, followeeId })
