import { entity, type Suite } from '../suite.ts'

const posts = [{ id: 'p1', author: { id: 'a1' }, byNovice: true, byExpert: false }]
const authors = [{ id: 'a1', yearsOfExperience: 3 }]

export const suite: Suite = {
  what: 'two subgraphs that each require a field of the other',
  subgraphs: () => ({
    posts: {
      sdl: `
        type Query { feed: [Post!] }
        type Post @key(fields: "id") { id: ID! author: Author byNovice: Boolean @external byExpert: Boolean @requires(fields: "byNovice") }
        type Author @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { feed: () => posts.map(({ id, author }) => ({ id, author })) },
        Post: {
          __resolveReference: (ref: { id: string }) => ({ author: posts.find(({ id }) => id === ref.id)?.author, ...ref }),
          byExpert: ({ byNovice }: { byNovice: boolean }) => !byNovice,
        },
      },
    },
    experience: {
      sdl: `
        type Post @key(fields: "id") { id: ID! author: Author @external byNovice: Boolean @requires(fields: "author { yearsOfExperience }") }
        type Author @key(fields: "id") { id: ID! yearsOfExperience: Int }`,
      resolvers: {
        Post: {
          __resolveReference: (ref: object) => ref,
          byNovice: ({ author }: { author: { yearsOfExperience: number } }) => author.yearsOfExperience < 10,
        },
        Author: entity(authors),
      },
    },
  }),
  examples: [
    { query: '{ feed { byNovice } }', data: { feed: [{ byNovice: true }] } },
    { query: '{ feed { byExpert } }', data: { feed: [{ byExpert: false }] } },
    {
      query: '{ feed { byExpert byNovice author { yearsOfExperience } } }',
      data: { feed: [{ byExpert: false, byNovice: true, author: { yearsOfExperience: 3 } }] },
    },
  ],
}
