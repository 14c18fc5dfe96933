import { entity, type Suite } from '../suite.ts'

const from = (subgraph: string) => ({
  ...entity([{ id: 'p1' }]),
  name: () => `name from ${subgraph}`,
  price: () => `price from ${subgraph}`,
  label: ({ weight }: { weight?: number }) => `label from ${subgraph} of ${weight}`,
})

export const suite: Suite = {
  what: '@override takes a field from its former owner, also through interfaces and into @requires',
  subgraphs: () => ({
    old: {
      sdl: `
        type Query { product: Product oldPriced: Priced }
        interface Priced { price: String }
        type Product implements Priced @key(fields: "id") { id: ID! name: String price: String weight: Int label: String }`,
      resolvers: {
        Query: { product: () => ({ id: 'p1' }), oldPriced: () => ({ __typename: 'Product', id: 'p1' }) },
        Product: { ...from('old'), weight: () => 3 },
      },
    },
    fresh: {
      sdl: `
        type Query { freshProduct: Product freshPriced: Priced }
        interface Priced { price: String }
        type Product implements Priced @key(fields: "id") {
          id: ID!
          name: String @override(from: "old")
          price: String @override(from: "old")
          weight: Int @external
          label: String @override(from: "old") @requires(fields: "weight")
          size: Int
          stock: Int @override(from: "a subgraph that is gone")
        }`,
      resolvers: {
        Query: { freshProduct: () => ({ id: 'p1' }), freshPriced: () => ({ __typename: 'Product', id: 'p1' }) },
        Product: { ...from('fresh'), size: () => 1, stock: () => 8 },
      },
    },
  }),
  examples: [
    {
      query: '{ product { id name price stock } }',
      data: { product: { id: 'p1', name: 'name from fresh', price: 'price from fresh', stock: 8 } },
    },
    { query: '{ freshProduct { name weight } }', data: { freshProduct: { name: 'name from fresh', weight: 3 } } },
    {
      query: '{ product { label } freshProduct { label } }',
      data: { product: { label: 'label from fresh of 3' }, freshProduct: { label: 'label from fresh of 3' } },
    },
    {
      query: '{ oldPriced { price } freshPriced { price ... on Product { stock } } }',
      data: { oldPriced: { price: 'price from fresh' }, freshPriced: { price: 'price from fresh', stock: 8 } },
    },
  ],
}
