import { entity, type Suite } from '../suite.ts'

const products = [
  { __typename: 'Book', id: 'b1', name: 'Emma', size: 474, weight: 2 },
  { __typename: 'Film', id: 'f1', name: 'Alien', size: 'long', weight: 3 },
]

const broken = () => {
  throw new Error('broken')
}

const SHADOWED = 'the planner takes what the client calls so for the key or required field of that name'

export const suite: Suite = {
  what: 'aliases that shadow keys, required fields or each other',
  subgraphs: () => ({
    a: {
      sdl: `
        type Query { products: [Product!]! book: Book }
        interface Product { id: ID! name: String }
        type Book implements Product @key(fields: "id") { id: ID! name: String size: Int weight: Int }
        type Film implements Product @key(fields: "id") { id: ID! name: String size: String! weight: Int }`,
      resolvers: { Query: { products: () => products, book: () => products[0] }, Book: entity(products), Film: entity(products) },
    },
    b: {
      sdl: `
        type Book @key(fields: "id") { id: ID! weight: Int @external postage: Int @requires(fields: "weight") stars: Int broken: String }
        type Film @key(fields: "id") { id: ID! weight: Int @external postage: String @requires(fields: "weight") stars: [Int!] }`,
      resolvers: {
        Book: {
          __resolveReference: (ref: object) => ref,
          postage: ({ weight }: { weight: number }) => weight * 10,
          stars: () => 5,
          broken,
        },
        Film: {
          __resolveReference: (ref: object) => ref,
          postage: ({ weight }: { weight: number }) => `about ${weight * 10}`,
          stars: () => [1, 2],
        },
      },
    },
  }),
  examples: [
    { query: '{ book { id: name stars } }', data: { book: { id: 'Emma', stars: 5 } }, stockFails: SHADOWED },
    { query: '{ book { __typename: name id } }', data: { book: { __typename: 'Emma', id: 'b1' } }, stockFails: SHADOWED },
    {
      query: '{ book { weight: id postage id: weight } }',
      data: { book: { weight: 'b1', postage: 20, id: 2 } },
      stockFails: SHADOWED,
    },
    { query: '{ book { stars: postage postage: stars name: __typename } }', data: { book: { stars: 20, postage: 5, name: 'Book' } } },
    { query: '{ products { ... on Book { x: name y: stars } ... on Film { y: name } } }' },
    {
      query: '{ products { ... on Book { a: size p: postage s: stars } ... on Film { b: size q: postage t: stars } } }',
      data: {
        products: [
          { a: 474, p: 20, s: 5 },
          { b: 'long', q: 'about 30', t: [1, 2] },
        ],
      },
    },
    {
      query:
        '{ products { name ... on Book { id: weight } ... on Film { id: weight } ... on Film { t: stars } ... on Book { s: stars } } }',
      data: {
        products: [
          { name: 'Emma', id: 2, s: 5 },
          { name: 'Alien', id: 3, t: [1, 2] },
        ],
      },
      stockFails: SHADOWED,
    },
    { query: '{ book { id: broken stars } }', data: { book: { id: null, stars: 5 } }, errors: ['book.id'] },
    {
      query: '{ book { other__id: name other__: id id: stars } }',
      data: { book: { other__id: 'Emma', other__: 'b1', id: 5 } },
    },
    { query: '{ a: book { stars } b: book { stars id } a: book { id } }', data: { a: { stars: 5, id: 'b1' }, b: { stars: 5, id: 'b1' } } },
  ],
}
