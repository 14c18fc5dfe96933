import { fault } from '@vibely/kit/errors'
import type { Context } from '../context.ts'
import type { UserResolvers } from '../generated/graphql.ts'
import type { Member } from './store.ts'

export const User: UserResolvers = {
  __resolveReference: async ({ id }, { loaders }) => ((await loaders.member.load(id)) ? { id } : null),
  username: async ({ id }, _, context) => (await shownMember(context, id)).username,
  displayName: async ({ id }, _, context) => (await shownMember(context, id)).displayName,
  avatarUrl: async ({ id }, _, context) => (await shownMember(context, id)).avatarUrl,
}

// Only a member who has just registered can be without names here, for as long as the event is on its way.
async function shownMember({ loaders }: Context, id: string): Promise<Member> {
  const member = await loaders.member.load(id)
  if (!member) throw fault('SUBGRAPH_UNAVAILABLE', 'The name of this member has not arrived yet.')
  return member
}
