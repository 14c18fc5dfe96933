import { entity, type Suite } from '../suite.ts'

const from = (subgraph: string) => ({
  ...entity([{ id: 'p1' }]),
  name: () => `name from ${subgraph}`,
  price: () => `price from ${subgraph}`,
})

export const suite: Suite = {
  what: '@override with a label moves a field for some requests alone',
  subgraphs: () => ({
    old: {
      sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String price: String }',
      resolvers: { Query: { product: () => ({ id: 'p1' }) }, Product: from('old') },
    },
    fresh: {
      sdl: `
        type Query { freshProduct: Product }
        type Product @key(fields: "id") {
          id: ID!
          name: String @override(from: "old", label: "new-names")
          price: String @override(from: "old", label: "percent(20)")
        }`,
      resolvers: {
        Query: { freshProduct: () => ({ id: 'p1' }) },
        Product: from('fresh'),
      },
    },
  }),
  examples: [
    {
      query: '{ product { name price } freshProduct { name price } }',
      data: {
        product: { name: 'name from old', price: 'price from old' },
        freshProduct: { name: 'name from old', price: 'price from old' },
      },
    },
    {
      query: '{ product { name price } freshProduct { name price } }',
      labels: ['new-names'],
      data: {
        product: { name: 'name from fresh', price: 'price from old' },
        freshProduct: { name: 'name from fresh', price: 'price from old' },
      },
    },
    {
      query: '{ product { name price } freshProduct { name price } }',
      labels: ['new-names', 'percent(20)'],
      data: {
        product: { name: 'name from fresh', price: 'price from fresh' },
        freshProduct: { name: 'name from fresh', price: 'price from fresh' },
      },
    },
  ],
}
