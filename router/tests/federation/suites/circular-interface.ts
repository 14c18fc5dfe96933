import { entity, type Suite } from '../suite.ts'

const books = [
  { __typename: 'Book', id: 'b1', price: 10, twin: 'b2' },
  { __typename: 'Book', id: 'b2', price: 10, twin: 'b1' },
]
const book = (id: string) => books.find((one) => one.id === id)

export const suite: Suite = {
  what: 'an interface whose implementation refers to itself',
  subgraphs: () => ({
    shop: {
      sdl: `
        type Query { product: Product }
        interface Product { samePriceProduct: Product }
        type Book implements Product @key(fields: "id") { id: ID! samePriceProduct: Book }`,
      resolvers: {
        Query: { product: () => books[0] },
        Book: { ...entity(books), samePriceProduct: ({ twin }: { twin: string }) => book(twin) },
      },
    },
    prices: { sdl: 'type Book @key(fields: "id") { id: ID! price: Float }', resolvers: { Book: entity(books) } },
  }),
  examples: [
    {
      query: '{ product { samePriceProduct { __typename ... on Book { id } samePriceProduct { __typename ... on Book { id price } } } } }',
      data: {
        product: { samePriceProduct: { __typename: 'Book', id: 'b2', samePriceProduct: { __typename: 'Book', id: 'b1', price: 10 } } },
      },
    },
    {
      query: '{ product { ... on Book { price same: samePriceProduct { price same: samePriceProduct { id } } } } }',
      data: { product: { price: 10, same: { price: 10, same: { id: 'b1' } } } },
    },
  ],
}
