import type { WorkResolvers } from '../generated/graphql.ts'

export const Work: WorkResolvers = {
  __resolveReference: async ({ id }, { loaders }) => ((await loaders.work.load(id)) ? { id } : null),
}
