import { entity, type Suite } from '../suite.ts'

const products = [
  { id: 'p1', usd: 10, weight: 2 },
  { id: 'p2', usd: 20, weight: 3 },
]
const posts = [{ id: 'post1', comments: ['c1', 'c2', 'c3', 'c4', 'broken'] }]
const lost = () => {
  throw new Error('lost')
}
type Product = { usd: number }
const price = ({ usd }: Product, { currency }: { currency: string }) => (currency === 'EUR' ? usd * 2 : usd)

const ONE_NAME = 'the planner takes the field with the arguments of the client for the required one'

export const suite: Suite = {
  what: '@requires of a field with arguments, also with other arguments than the client asks for',
  subgraphs: () => ({
    products: {
      sdl: `
        type Query { products: [Product!]! post: Post }
        type Product @key(fields: "id") { id: ID! price(currency: String! = "USD"): Int weight: Int shelf: Shelf }
        type Shelf { average(currency: String!): Int }
        type Post @key(fields: "id") { id: ID! comments(limit: Int!): [Comment!] }
        type Comment @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { products: () => products, post: () => posts[0] },
        Product: { ...entity(products), price, shelf: (product: Product) => product },
        Shelf: { average: price },
        Post: {
          ...entity(posts),
          comments: ({ comments }: { comments: string[] }, { limit }: { limit: number }) => comments.slice(0, limit).map((id) => ({ id })),
        },
        Comment: { __resolveReference: (ref: object) => ref },
      },
    },
    shipping: {
      sdl: `
        type Product @key(fields: "id") {
          id: ID!
          price(currency: String! = "USD"): Int @external
          weight: Int @external
          shelf: Shelf @external
          estimate: Int @requires(fields: "price(currency: \\"USD\\") weight")
          expensiveShelf: Boolean @requires(fields: "shelf { average(currency: \\"EUR\\") }")
        }
        type Shelf @external { average(currency: String!): Int }
        type Post @key(fields: "id") { id: ID! comments(limit: Int!): [Comment!] @external lastOfThree: String @requires(fields: "comments(limit: 3) { text }") all: String @requires(fields: "comments(limit: 5) { text }") }
        type Comment @key(fields: "id") { id: ID! text: String @external }`,
      resolvers: {
        Product: {
          __resolveReference: (ref: object) => ref,
          estimate: ({ price, weight }: { price: number; weight: number }) => price * weight,
          expensiveShelf: ({ shelf }: { shelf: { average: number } }) => shelf.average > 30,
        },
        Post: {
          __resolveReference: (ref: object) => ref,
          all: ({ comments }: { comments: { text: string | null }[] }) => comments.map(({ text }) => text ?? '-').join(),
          lastOfThree: ({ comments }: { comments: { text: string }[] }) => comments.map(({ text }) => text).join(),
        },
        Comment: { __resolveReference: (ref: object) => ref },
      },
    },
    texts: {
      sdl: 'type Comment @key(fields: "id") { id: ID! text: String }',
      resolvers: {
        Comment: { __resolveReference: (ref: object) => ref, text: ({ id }: { id: string }) => (id === 'broken' ? lost() : `text ${id}`) },
      },
    },
  }),
  examples: [
    {
      query: '{ products { id estimate } }',
      data: {
        products: [
          { id: 'p1', estimate: 20 },
          { id: 'p2', estimate: 60 },
        ],
      },
    },
    {
      query: '{ products { price estimate } }',
      data: {
        products: [
          { price: 10, estimate: 20 },
          { price: 20, estimate: 60 },
        ],
      },
    },
    {
      query: '{ products { price(currency: "EUR") estimate } }',
      data: {
        products: [
          { price: 20, estimate: 20 },
          { price: 40, estimate: 60 },
        ],
      },
      stockFails: ONE_NAME,
    },
    {
      query: 'query($c: String!) { products { estimate price(currency: $c) } }',
      variables: { c: 'EUR' },
      data: {
        products: [
          { estimate: 20, price: 20 },
          { estimate: 60, price: 40 },
        ],
      },
      stockFails: ONE_NAME,
    },
    {
      query: '{ products { eur: price(currency: "EUR") price: weight estimate } }',
      data: {
        products: [
          { eur: 20, price: 2, estimate: 20 },
          { eur: 40, price: 3, estimate: 60 },
        ],
      },
      stockFails: ONE_NAME,
    },
    {
      query: '{ products { shelf { average(currency: "USD") } expensiveShelf } }',
      data: {
        products: [
          { shelf: { average: 10 }, expensiveShelf: false },
          { shelf: { average: 20 }, expensiveShelf: true },
        ],
      },
      stockFails: ONE_NAME,
    },
    { query: '{ post { lastOfThree } }', data: { post: { lastOfThree: 'text c1,text c2,text c3' } } },
    {
      query: '{ post { comments(limit: 1) { id } lastOfThree } }',
      data: { post: { comments: [{ id: 'c1' }], lastOfThree: 'text c1,text c2,text c3' } },
      stockFails: ONE_NAME,
    },
    {
      query: '{ post { comments(limit: 4) { text } lastOfThree } }',
      data: { post: { comments: ['c1', 'c2', 'c3', 'c4'].map((id) => ({ text: `text ${id}` })), lastOfThree: 'text c1,text c2,text c3' } },
      stockFails: ONE_NAME,
    },
    {
      query: '{ post { all lastOfThree } }',
      data: { post: { all: 'text c1,text c2,text c3,text c4,-', lastOfThree: 'text c1,text c2,text c3' } },
      errors: ['post'],
      stockFails: ONE_NAME,
    },
  ],
}
