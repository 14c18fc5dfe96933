import { entity, type Suite } from '../suite.ts'

const products = [
  { id: 'p1', usd: 10, weight: 2 },
  { id: 'p2', usd: 20, weight: 3 },
]
type Product = { usd: number }
const price = ({ usd }: Product, { currency }: { currency: string }) => (currency === 'EUR' ? usd * 2 : usd)
type Required = { price: number; weight: number }

const ONE_NAME = 'the planner keeps one value of the required field, whatever its arguments'

export const suite: Suite = {
  what: 'two fields that require the same field with different arguments',
  subgraphs: () => ({
    products: {
      sdl: `
        type Query { products: [Product!]! }
        type Product @key(fields: "id") { id: ID! price(currency: String!): Int weight: Int }`,
      resolvers: { Query: { products: () => products }, Product: { ...entity(products), price } },
    },
    shipping: {
      sdl: `
        type Product @key(fields: "id") {
          id: ID!
          price(currency: String!): Int @external
          weight: Int @external
          dollars: Int @requires(fields: "price(currency: \\"USD\\") weight")
          euros: Int @requires(fields: "price(currency: \\"EUR\\") weight")
        }`,
      resolvers: {
        Product: {
          __resolveReference: (ref: object) => ref,
          dollars: ({ price, weight }: Required) => price * weight,
          euros: ({ price, weight }: Required) => price * weight,
        },
      },
    },
  }),
  examples: [
    { query: '{ products { dollars } }', data: { products: [{ dollars: 20 }, { dollars: 60 }] } },
    { query: '{ products { euros } }', data: { products: [{ euros: 40 }, { euros: 120 }] } },
    {
      query: '{ products { dollars euros } }',
      data: {
        products: [
          { dollars: 20, euros: 40 },
          { dollars: 60, euros: 120 },
        ],
      },
      stockFails: ONE_NAME,
    },
    {
      query: '{ products { euros price(currency: "USD") dollars } }',
      data: {
        products: [
          { euros: 40, price: 10, dollars: 20 },
          { euros: 120, price: 20, dollars: 60 },
        ],
      },
      stockFails: ONE_NAME,
    },
  ],
}
