import type { Suite } from '../suite.ts'

export const suite: Suite = {
  what: 'a root field that several subgraphs share, each with a part of what it answers',
  subgraphs: () => ({
    names: {
      sdl: 'type Query { product: Product @shareable products: [Product] @shareable } type Product { id: ID! @shareable name: Name @shareable } type Name { id: ID! @shareable brand: String @shareable model: String }',
      resolvers: {
        Query: {
          product: () => ({ id: '1', name: { id: 'n', brand: 'B', model: 'M' } }),
          products: () => [{ id: '1', name: { id: 'n', brand: 'B', model: 'M' } }, null],
        },
      },
    },
    categories: {
      sdl: 'type Query { product: Product @shareable products: [Product] @shareable } type Product { id: ID! @shareable category: String } ',
      resolvers: { Query: { product: () => ({ id: '1', category: 'C' }), products: () => [{ id: '1', category: 'C' }, null] } },
    },
    prices: {
      sdl: 'type Query { product: Product @shareable products: [Product] @shareable } type Product { id: ID! @shareable price: Int name: Name @shareable } type Name { id: ID! @shareable brand: String @shareable other: String }',
      resolvers: {
        Query: {
          product: () => ({ id: '1', price: 5, name: { id: 'n', brand: 'B', other: 'O' } }),
          products: () => [{ id: '1', price: 5, name: { id: 'n', brand: 'B', other: 'O' } }, null],
        },
      },
    },
  }),
  examples: [
    {
      query: '{ product { id category name { brand other model } price } }',
      data: { product: { id: '1', category: 'C', name: { brand: 'B', other: 'O', model: 'M' }, price: 5 } },
    },
    { query: '{ products { price category name { id } } }', data: { products: [{ price: 5, category: 'C', name: { id: 'n' } }, null] } },
    { query: '{ a: product { price } b: product { category } }', data: { a: { price: 5 }, b: { category: 'C' } } },
  ],
}
