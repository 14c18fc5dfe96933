import { entity, type Suite } from '../suite.ts'

const products = [{ id: 'p1', name: 'Chair', price: 12, rating: 5 }]

export const suite: Suite = {
  what: 'subgraphs of federation 1 (extend type, @extends, external keys) beside one of federation 2',
  subgraphs: () => ({
    products: {
      federation1: true,
      sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String }',
      resolvers: { Query: { product: () => ({ id: 'p1', name: 'Chair' }) }, Product: entity(products) },
    },
    ratings: {
      federation1: true,
      sdl: `
        extend type Query { rated: Product @provides(fields: "name") bare: Product }
        extend type Product @key(fields: "id") { id: ID! @external name: String @external rating: Int label: String @requires(fields: "name") }`,
      resolvers: {
        Query: { rated: () => ({ ...products[0], name: 'Chair (provided)' }), bare: () => products[0] },
        Product: { ...entity(products), label: ({ name, rating }: { name: string; rating: number }) => `${name}: ${rating}` },
      },
    },
    prices: {
      federation1: true,
      sdl: 'type Product @extends @key(fields: "id") { id: ID! @external price: Int }',
      resolvers: { Product: entity(products) },
    },
    stock: {
      sdl: 'type Product @key(fields: "id") { id: ID! @external inStock: Boolean }',
      resolvers: { Product: { ...entity(products), inStock: () => true } },
    },
  }),
  examples: [
    {
      query: '{ product { id name price rating inStock } }',
      data: { product: { id: 'p1', name: 'Chair', price: 12, rating: 5, inStock: true } },
    },
    { query: '{ product { label } }', data: { product: { label: 'Chair: 5' } } },
    { query: '{ rated { name price } }', data: { rated: { name: 'Chair (provided)', price: 12 } } },
    { query: '{ bare { name label } }', data: { bare: { name: 'Chair', label: 'Chair: 5' } } },
  ],
}
