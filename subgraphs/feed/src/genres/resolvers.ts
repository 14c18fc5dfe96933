import type { GenreResolvers } from '../generated/graphql.ts'

export const Genre: GenreResolvers = {
  __resolveReference: async ({ id }, { loaders }) => ((await loaders.genre.load(id)) ? { id } : null),
}
