import { requireScope } from '@vibely/kit/viewer'
import type { MutationResolvers, UserResolvers } from '../generated/graphql.ts'
import { conflictError, inputError } from '../user-errors.ts'
import { updateProfile } from './update-profile.ts'

export const Mutation: MutationResolvers = {
  updateProfile: async (_, { input: { bio, links, expectedVersion } }, { viewer, db, loaders }) => {
    const { id } = requireScope(viewer, 'social:write')
    const change = { ...(bio !== undefined && { bio }), ...(links !== undefined && { links: links ?? [] }) }
    const outcome = await updateProfile(db, id, change, expectedVersion ?? null)
    if (outcome.ok) {
      loaders.profile.clear(id).prime(id, outcome.profile)
      return { user: { id }, userErrors: [] }
    }
    const error =
      outcome.code === 'STALE_VERSION'
        ? conflictError(outcome.code, outcome.currentVersion, 'input', 'expectedVersion')
        : inputError(outcome.code, 'input', outcome.field)
    return { userErrors: [error] }
  },
}

export const User: UserResolvers = {
  bio: async ({ id }, _, { loaders }) => (await loaders.profile.load(id)).bio,
  links: async ({ id }, _, { loaders }) => (await loaders.profile.load(id)).links,
  profileVersion: async ({ id }, _, { viewer, loaders }) => (viewer?.id === id ? (await loaders.profile.load(id)).version : null),
}
