import { fault } from '@vibely/kit/errors'
import type { Context } from '../context.ts'
import type { UserResolvers } from '../generated/graphql.ts'
import type { Member } from './store.ts'

export const User: UserResolvers = {
  __resolveReference: async ({ id }, { loaders }) => ((await loaders.member.load(id)) ? { id } : null),
  username: async ({ id }, _, context) => (await namedMember(context, id)).username,
  displayName: async ({ id }, _, context) => (await namedMember(context, id)).displayName,
  avatarUrl: async ({ id }, _, context) => (await namedMember(context, id)).avatarUrl,
}

// Pieces of members without names are held back, so only an author who is named at this moment can be missing.
async function namedMember({ loaders }: Context, id: string): Promise<Member> {
  const member = await loaders.member.load(id)
  if (!member) throw fault('SUBGRAPH_UNAVAILABLE', 'The name of this member has not arrived yet.')
  return member
}
