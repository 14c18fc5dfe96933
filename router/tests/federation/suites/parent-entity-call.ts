import { entity, type Suite } from '../suite.ts'

const products = [
  { id: '1', pid: 'a', category: { id: 'c1' } },
  { id: '2', pid: 'b', category: null },
]
const category = (fields: object) => ({ ...entity(products), category: ({ id }: { id: string }) => (id === '1' ? fields : null) })

export const suite: Suite = {
  what: 'an object without a key has parts in several subgraphs: its parent is asked again in each',
  subgraphs: () => ({
    list: {
      sdl: 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! }',
      resolvers: { Query: { products: () => products.map(({ id }) => ({ id })) }, Product: entity(products) },
    },
    ids: {
      sdl: 'type Product @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID! category: Category @shareable } type Category { details: String deep: Deep @shareable } type Deep { a: Int @shareable }',
      resolvers: { Product: category({ details: 'Details c1', deep: { a: 1 } }) },
    },
    names: {
      sdl: 'type Product @key(fields: "id pid") { id: ID! pid: ID! category: Category @shareable } type Category { name: String products: [Product!] deep: Deep @shareable } type Deep { a: Int @shareable b: Int }',
      resolvers: { Product: category({ name: 'Chairs', products: () => products, deep: { a: 1, b: 2 } }) },
    },
  }),
  examples: [
    {
      query: '{ products { category { name details } } }',
      data: { products: [{ category: { name: 'Chairs', details: 'Details c1' } }, { category: null }] },
    },
    {
      query: '{ products { id category { details deep { b a } products { pid category { name details } } } } }',
      data: {
        products: [
          {
            id: '1',
            category: {
              details: 'Details c1',
              deep: { b: 2, a: 1 },
              products: [
                { pid: 'a', category: { name: 'Chairs', details: 'Details c1' } },
                { pid: 'b', category: null },
              ],
            },
          },
          { id: '2', category: null },
        ],
      },
    },
  ],
}
