import { entity, type Suite } from '../suite.ts'

const ids = [
  { upc: 'u1', id: 'b1' },
  { upc: 'u3', id: null },
]
const books = [{ id: 'b1', author: 'Austen' }]

export const suite: Suite = {
  what: 'an entity without the key of the next step: its fields are null, and nobody is asked',
  subgraphs: () => ({
    shelves: {
      sdl: 'type Query { shelf: [Place!]! } type Place { book: Book } type Book @key(fields: "upc") { upc: ID! }',
      resolvers: {
        Query: { shelf: () => [{ book: { upc: 'u1' } }, { book: { upc: 'u2' } }, { book: { upc: 'u3' } }, { book: null }] },
        Book: { __resolveReference: (ref: object) => ref },
      },
    },
    ids: { sdl: 'type Book @key(fields: "upc") @key(fields: "id") { upc: ID! id: ID }', resolvers: { Book: entity(ids, 'upc') } },
    authors: {
      sdl: 'type Book @key(fields: "id") { id: ID author: String }',
      resolvers: {
        Book: {
          __resolveReference({ id }: { id: string | null }) {
            if (id === null || id === undefined) return null
            return books.find((book) => book.id === id)
          },
        },
      },
    },
  }),
  examples: [
    {
      query: '{ shelf { book { upc author } } }',
      data: {
        shelf: [
          { book: { upc: 'u1', author: 'Austen' } },
          { book: { upc: 'u2', author: null } },
          { book: { upc: 'u3', author: null } },
          { book: null },
        ],
      },
    },
    {
      query: '{ shelf { book { id } } }',
      data: { shelf: [{ book: { id: 'b1' } }, { book: { id: null } }, { book: { id: null } }, { book: null }] },
    },
  ],
}
