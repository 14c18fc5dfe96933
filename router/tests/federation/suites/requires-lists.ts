import type { Suite } from '../suite.ts'

const posts = [
  { id: 'p1', comments: ['c1', 'c2'] },
  { id: 'p2', comments: [] },
]
const authors: Record<string, string> = { c1: 'Ada', c2: 'Bo' }
const known = { __resolveReference: (ref: object) => ref }

export const suite: Suite = {
  what: '@requires of a list that itself requires, and of fields inside of a list that a third subgraph has',
  subgraphs: () => ({
    feed: {
      sdl: `
        type Query { feed: [Post!] }
        type Post @key(fields: "id") { id: ID! lead: String @external byline: Byline @requires(fields: "lead") surname: String! }
        type Byline { by: String }
        type Comment @key(fields: "id") { id: ID! author: String }`,
      resolvers: {
        Query: { feed: () => posts.map(({ id }) => ({ id, surname: 'Smith' })) },
        Post: {
          __resolveReference: ({ id, lead }: { id: string; lead?: string }) => ({ id, lead, surname: 'Smith' }),
          byline: ({ lead }: { lead?: string }) => ({ by: `by ${lead}` }),
        },
        Comment: { __resolveReference: ({ id }: { id: string }) => ({ id, author: authors[id] }) },
      },
    },
    comments: {
      sdl: `
        type Post @key(fields: "id") { id: ID! comments: [Comment!] lead: String @requires(fields: "comments { author }") }
        type Comment @key(fields: "id") { id: ID! author: String @external }`,
      resolvers: {
        Post: {
          ...known,
          comments: ({ id, comments }: { id: string; comments?: object[] }) =>
            comments ?? posts.find((post) => post.id === id)?.comments.map((one) => ({ id: one })),
          lead: ({ comments }: { comments?: { author: string }[] }) => comments?.map(({ author }) => author).join('+') ?? 'not given',
        },
        Comment: known,
      },
    },
    orders: {
      sdl: `
        type Post @key(fields: "id") { id: ID! surname: String! @external orders: [Order!] @requires(fields: "surname") }
        type Order @key(fields: "id") { id: ID! }`,
      resolvers: {
        Post: { ...known, orders: ({ id, surname }: { id: string; surname: string }) => (id === 'p1' ? [{ id: `${surname}1` }] : []) },
        Order: known,
      },
    },
    totals: {
      sdl: `
        type Order @key(fields: "id", resolvable: false) { id: ID! }
        type Post @key(fields: "id") {
          id: ID!
          orders: [Order!] @external
          count: Int @requires(fields: "orders { id }")
          ids: String @requires(fields: "orders { id }")
        }`,
      resolvers: {
        Post: {
          ...known,
          count: ({ orders }: { orders: object[] }) => orders.length,
          ids: ({ orders }: { orders: { id: string }[] }) => orders.map(({ id }) => id).join(),
        },
      },
    },
  }),
  examples: [
    {
      query: '{ feed { byline { by } } }',
      data: { feed: [{ byline: { by: 'by Ada+Bo' } }, { byline: { by: 'by ' } }] },
    },
    {
      query: '{ feed { count ids } }',
      data: {
        feed: [
          { count: 1, ids: 'Smith1' },
          { count: 0, ids: '' },
        ],
      },
    },
    {
      query: '{ feed { ids orders { id } lead comments { id author } } }',
      data: {
        feed: [
          {
            ids: 'Smith1',
            orders: [{ id: 'Smith1' }],
            lead: 'Ada+Bo',
            comments: [
              { id: 'c1', author: 'Ada' },
              { id: 'c2', author: 'Bo' },
            ],
          },
          { ids: '', orders: [], lead: '', comments: [] },
        ],
      },
    },
  ],
}
