import { entity, type Suite } from '../suite.ts'

const products = [
  { id: 'p1', price: 10, weight: 90 },
  { id: 'p2', price: 500, weight: 1 },
]
const never = () => {
  throw new Error('was asked')
}

export const suite: Suite = {
  what: '@include and @skip, with variables and defaults, decide what is fetched and what is answered',
  subgraphs: () => ({
    products: {
      sdl: 'type Query { product(id: ID! = "p1"): Product other: Product } type Product @key(fields: "id") { id: ID! price: Int! weight: Int forbidden: String }',
      resolvers: {
        Query: { product: (_: unknown, { id }: { id: string }) => products.find((one) => one.id === id), other: never },
        Product: { ...entity(products), forbidden: never },
      },
    },
    opinions: {
      sdl: `
        type Product @key(fields: "id") {
          id: ID! price: Int! @external
          weight: Int @external
          expensive: Boolean @requires(fields: "price")
          heavy: Boolean @requires(fields: "weight")
          never: String
          seller: Seller
        }
        type Seller { name: String phone: String }`,
      resolvers: {
        Product: {
          ...entity(products),
          expensive: ({ price }: { price: number }) => price > 100,
          heavy: ({ weight }: { weight: number }) => weight > 50,
          never,
          seller: () => ({ name: 'Sam', phone: never }),
        },
      },
    },
  }),
  examples: [
    {
      query:
        'query($on: Boolean! = true, $off: Boolean = false) { product { id @skip(if: $off) expensive @include(if: $on) never @include(if: $off) } }',
      data: { product: { id: 'p1', expensive: false } },
    },
    {
      query:
        'query($on: Boolean!, $off: Boolean!) { product { id @skip(if: $on) never @skip(if: $on) ... @include(if: $off) { forbidden never } __typename } }',
      variables: { on: true, off: false },
      data: { product: { __typename: 'Product' } },
    },
    {
      query:
        'query($on: Boolean!, $off: Boolean!) { product { ...F @include(if: $on) } other @include(if: $off) { id } } fragment F on Product { seller { name phone @skip(if: $on) } }',
      variables: { on: true, off: false },
      data: { product: { seller: { name: 'Sam' } } },
    },
    {
      query:
        'query($on: Boolean!, $off: Boolean!) { product { a: id @include(if: $on) @skip(if: $on) b: expensive @include(if: $off) @skip(if: $off) c: id @include(if: $on) @skip(if: $off) } }',
      variables: { on: true, off: false },
      data: { product: { c: 'p1' } },
    },
    {
      query:
        'query($on: Boolean!) { product(id: "p2") { expensive @include(if: $on) expensive } other @skip(if: true) { id } nothing: product @include(if: false) { id } }',
      variables: { on: false },
      data: { product: { expensive: true } },
    },
    {
      query: 'query($off: Boolean = true) { product { id } other @skip(if: $off) { id } }',
      variables: { off: false },
      data: { product: { id: 'p1' }, other: null },
      errors: ['other'],
    },
    { query: 'query($on: Boolean! = true) { other @skip(if: $on) { id } }', data: {} },
    { query: 'query($on: Boolean!) { product { id @skip(if: $on) } }' },
    {
      query: 'query($no: Boolean!) { product { heavy seller { name } expensive @skip(if: $no) } }',
      variables: { no: true },
      data: { product: { heavy: true, seller: { name: 'Sam' } } },
      stockFails: 'a field that only a skipped one requires is missing, and it takes the entity for incomplete',
    },
    {
      query: 'query($no: Boolean!) { product @skip(if: $no) { ... @skip(if: $no) { heavy } } }',
      variables: { no: false },
      data: { product: { heavy: true } },
    },
    {
      query: 'query($no: Boolean!) { product { heavy expensive @skip(if: $no) } }',
      variables: { no: false },
      data: { product: { heavy: true, expensive: false } },
    },
  ],
}
