import { entity, type Suite } from '../suite.ts'

const book = { __typename: 'Book', title: 'Emma' }
const film = { __typename: 'Film', title: 'Alien' }
const ovens = [{ __typename: 'Oven', id: 'o1', warranty: 2 }]
const toasters = [{ __typename: 'Toaster', id: 't1', warranty: 1, slots: 4 }]

export const suite: Suite = {
  what: 'unions and interfaces of which each subgraph knows other members',
  subgraphs: () => ({
    a: {
      sdl: `
        type Query { media: [Media] @shareable book: Media products: [Product] node(id: ID!): Node }
        union Media = Book | Song
        type Book { title: String! @shareable }
        type Song { title: String! }
        union Product = Oven | Toaster
        interface Node { id: ID! }
        type Oven implements Node @key(fields: "id") { id: ID! warranty: Int }
        type Toaster @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          media: () => [book, null, book],
          book: () => book,
          products: () => [ovens[0], { __typename: 'Toaster', id: 't1' }],
          node: () => ovens[0],
        },
        Oven: entity(ovens),
        Toaster: entity(toasters),
      },
    },
    b: {
      sdl: `
        type Query { media: [Media] @shareable film: Media toasters: [Node!] }
        union Media = Book | Film
        type Book { title: String! @shareable }
        type Film { title: String! }
        interface Node { id: ID! }
        type Toaster implements Node @key(fields: "id") { id: ID! warranty: Int slots: Int }`,
      resolvers: { Query: { media: () => [book, null, book], film: () => film, toasters: () => toasters }, Toaster: entity(toasters) },
    },
  }),
  examples: [
    {
      query: '{ media { __typename ... on Book { title } } }',
      data: { media: [{ __typename: 'Book', title: 'Emma' }, null, { __typename: 'Book', title: 'Emma' }] },
    },
    {
      query: '{ media { ... on Song { title } ... on Film { title } ... on Book { name: title } } }',
      data: { media: [{ name: 'Emma' }, null, { name: 'Emma' }] },
    },
    {
      query: '{ book { ... on Book { title } ... on Film { title } } film { ... on Book { title } ... on Film { title } } }',
      data: { book: { title: 'Emma' }, film: { title: 'Alien' } },
    },
    { query: '{ film { ... on Song { title } } }', data: { film: {} } },
    { query: '{ products { ... on Node { id } } }', data: { products: [{ id: 'o1' }, { id: 't1' }] } },
    {
      query: '{ products { ... on Node { __typename id ... on Oven { warranty } ... on Toaster { slots warranty } } } }',
      data: {
        products: [
          { __typename: 'Oven', id: 'o1', warranty: 2 },
          { __typename: 'Toaster', id: 't1', slots: 4, warranty: 1 },
        ],
      },
    },
    {
      query: '{ toasters { id ... on Toaster { warranty } ... on Oven { warranty } } node(id: "o1") { ... on Toaster { slots } id } }',
      data: { toasters: [{ id: 't1', warranty: 1 }], node: { id: 'o1' } },
    },
  ],
}
