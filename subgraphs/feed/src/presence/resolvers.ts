import { requireScope, requireSession } from '@vibely/kit/viewer'
import type { MutationResolvers, UserResolvers } from '../generated/graphql.ts'
import { beat } from './store.ts'

const NEXT_IN_SECONDS = 10

export const Mutation: MutationResolvers = {
  heartbeat: async (_, { input: { state } }, { viewer, presence }) => {
    // An API key is nobody's presence.
    const { id, sessionId } = requireSession(viewer)
    return { presence: await beat(presence, id, sessionId, state), nextInSeconds: NEXT_IN_SECONDS, userErrors: [] }
  },
}

export const User: UserResolvers = {
  // The router may ask for ids that only look like members.
  presence: async ({ id }, _, { viewer, loaders }) => {
    requireScope(viewer, 'social:read')
    return (await loaders.member.load(id)) ? loaders.presence.load(id) : null
  },
}
