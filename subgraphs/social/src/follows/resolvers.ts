import { requireScope } from '@vibely/kit/viewer'
import type { FollowConnectionResolvers, FollowState, MutationResolvers, UserResolvers } from '../generated/graphql.ts'
import { inputError } from '../user-errors.ts'
import { followConnection } from './connection.ts'
import { follow } from './follow.ts'
import type { Ties } from './loader.ts'
import { unfollow } from './unfollow.ts'

export const Mutation: MutationResolvers = {
  followUser: async (_, { input: { userId } }, { viewer, db, loaders }) => {
    const outcome = await follow(db, requireScope(viewer, 'social:write').id, userId)
    if (!outcome.ok) return { userErrors: [inputError(outcome.code, 'input', 'userId')] }
    const ties = await loaders.ties.clear(userId).load(userId)
    return { user: { id: userId }, state: stateOf(ties), followedAt: outcome.edge.followedAt, userErrors: [] }
  },
  unfollowUser: async (_, { input: { userId } }, { viewer, db }) => {
    const outcome = await unfollow(db, requireScope(viewer, 'social:write').id, userId)
    if (!outcome.ok) return { userErrors: [inputError(outcome.code, 'input', 'userId')] }
    return { user: { id: userId }, userErrors: [] }
  },
}

export const User: UserResolvers = {
  relationship: async ({ id }, _, { viewer, loaders }) => {
    const { id: viewerId } = requireScope(viewer, 'social:read')
    if (viewerId === id) return null
    const ties = await loaders.ties.load(id)
    return { state: stateOf(ties), followsViewer: ties.followsViewer }
  },
  followers: ({ id }, page, context) => followConnection(context, 'followers', id, page),
  following: ({ id }, page, context) => followConnection(context, 'following', id, page),
  followerCount: ({ id }, _, { loaders }) => loaders.followCount.followers.load(id),
  followingCount: ({ id }, _, { loaders }) => loaders.followCount.following.load(id),
}

export const FollowConnection: FollowConnectionResolvers = {
  totalCount: async ({ count }) => ({ value: await count(), exact: true }),
}

const stateOf = ({ viewerFollows, followsViewer }: Ties): FollowState => (viewerFollows ? (followsViewer ? 'MUTUAL' : 'FOLLOWING') : 'NONE')
