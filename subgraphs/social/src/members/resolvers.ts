import { mustHaveArrived } from '@vibely/kit/loading'
import type { Context } from '../context.ts'
import type { UserResolvers } from '../generated/graphql.ts'

export const User: UserResolvers = {
  __resolveReference: async ({ id }, { loaders }) => ((await loaders.member.load(id)) ? { id } : null),
  username: async ({ id }, _, context) => (await namesOf(context, id)).username,
  displayName: async ({ id }, _, context) => (await namesOf(context, id)).displayName,
  avatarUrl: async ({ id }, _, context) => (await namesOf(context, id)).avatarUrl,
}

// Only a member who has just registered can be without names here, for as long as the event is on its way.
const namesOf = ({ loaders }: Context, id: string) => mustHaveArrived(loaders.member, id, 'The name of this member')
