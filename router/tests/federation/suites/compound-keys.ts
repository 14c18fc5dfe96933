import { entity, type Suite } from '../suite.ts'

const rows = [
  { id: '1', pid: 'p1', category: { id: 'c1', tag: 't1' }, price: 10, name: 'Chair' },
  { id: '2', pid: 'p2', category: { id: 'c2', tag: 't2' }, price: 20, name: 'Table' },
]
const baskets = [{ items: [{ sku: 's1' }, { sku: 's2' }], weight: 7 }]

export const suite: Suite = {
  what: 'keys of several fields, of nested objects and of lists, each step with a key of its own',
  subgraphs: () => ({
    products: {
      sdl: `
        type Query { products: [Product!]! basket: Basket }
        type Product @key(fields: "id") { id: ID! }
        type Basket @key(fields: "items { sku }") { items: [Item!]! }
        type Item { sku: ID! @shareable }`,
      resolvers: { Query: { products: () => [rows[1], rows[0], rows[1]], basket: () => baskets[0] }, Product: entity(rows) },
    },
    links: {
      sdl: 'type Product @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID! }',
      resolvers: { Product: entity(rows) },
    },
    categories: {
      sdl: `
        type Product @key(fields: "id pid") @key(fields: "id pid category { id tag }") { id: ID! pid: ID! category: Category }
        type Category @key(fields: "id tag") { id: ID! tag: String }`,
      resolvers: { Product: entity(rows, 'id', 'pid') },
    },
    prices: {
      sdl: `
        type Product @key(fields: "id pid category { tag id }") { id: ID! pid: ID! category: Category price: Int }
        type Category @key(fields: "id tag") { id: ID! tag: String label: String }
        type Basket @key(fields: "items { sku }") { items: [Item!]! weight: Int }
        type Item { sku: ID! @shareable }`,
      resolvers: {
        Product: {
          __resolveReference: (ref: (typeof rows)[number]) =>
            rows.find(
              ({ id, pid, category }) =>
                id === ref.id && pid === ref.pid && category.id === ref.category.id && category.tag === ref.category.tag,
            ),
        },
        Category: { __resolveReference: (ref: object) => ref, label: ({ id, tag }: { id: string; tag: string }) => `${id}/${tag}` },
        Basket: entity(baskets, 'items'),
      },
    },
  }),
  examples: [
    {
      query: '{ products { id price category { label } } }',
      data: {
        products: [
          { id: '2', price: 20, category: { label: 'c2/t2' } },
          { id: '1', price: 10, category: { label: 'c1/t1' } },
          { id: '2', price: 20, category: { label: 'c2/t2' } },
        ],
      },
    },
    { query: '{ products { pid } }', data: { products: [{ pid: 'p2' }, { pid: 'p1' }, { pid: 'p2' }] } },
    {
      query: '{ products { cost: price } basket { weight } }',
      data: { products: [{ cost: 20 }, { cost: 10 }, { cost: 20 }], basket: { weight: 7 } },
    },
  ],
}
