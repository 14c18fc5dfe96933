import { mustHaveArrived } from '@vibely/kit/loading'
import type { Context } from '../context.ts'
import type { UserResolvers } from '../generated/graphql.ts'

export const User: UserResolvers = {
  __resolveReference: async ({ id }, { loaders }) => ((await loaders.member.load(id)) ? { id } : null),
  username: async ({ id }, _, context) => (await namesOf(context, id)).username,
  displayName: async ({ id }, _, context) => (await namesOf(context, id)).displayName,
  avatarUrl: async ({ id }, _, context) => (await namesOf(context, id)).avatarUrl,
}

// Pieces of members without names are held back, so only an author who is named at this moment can be missing.
const namesOf = ({ loaders }: Context, id: string) => mustHaveArrived(loaders.member, id, 'The name of this member')
