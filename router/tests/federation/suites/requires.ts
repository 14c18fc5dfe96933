import { entity, type Suite } from '../suite.ts'

const products = [
  { id: 'p1', price: 10, weight: 2, size: { width: 3, unit: 'cm' }, hasDiscount: true },
  { id: 'p2', price: 600, weight: null, size: null, hasDiscount: false },
]

const RETURNING = 'the planner asks for a required field of the same subgraph without what that requires itself'

const CHAINED = { products: [{ chained: 'chained 11' }, { chained: 'chained 1' }] }
/** Fields under `$a` and `$b`. */
const UNDER_TWO = [
  'query($a: Boolean!, $b: Boolean!) { ... @include(if: $a) { products @include(if: $b) { chained } } }',
  'query($a: Boolean!, $b: Boolean!) { ... @include(if: $a) { ...F @include(if: $b) } } fragment F on Query { products { chained } }',
]

export const suite: Suite = {
  what: '@requires of one subgraph on another, in chains, of nested fields, and of what is null',
  subgraphs: () => ({
    products: {
      sdl: `
        type Query { products: [Product!]! }
        type Product @key(fields: "id") { id: ID! price: Int weight: Int size: Size }
        type Size { width: Int unit: String }`,
      resolvers: { Query: { products: () => products }, Product: entity(products) },
    },
    discounts: {
      sdl: 'type Product @key(fields: "id") { id: ID! price: Int @external hasDiscount: Boolean discounted: Int @requires(fields: "price") }',
      resolvers: {
        Product: {
          ...entity(products.map(({ id, hasDiscount }) => ({ id, hasDiscount }))),
          discounted: ({ price, hasDiscount }: { price?: number; hasDiscount: boolean }) =>
            price === undefined ? null : hasDiscount ? price / 2 : price,
        },
      },
    },
    shipping: {
      sdl: `
        type Query { shipped: [Product!] }
        type Product @key(fields: "id") {
          id: ID!
          weight: Int @external
          discounted: Int @external
          hasDiscount: Boolean @external
          size: Size @external
          estimate: Int @requires(fields: "weight discounted")
          banner: String @requires(fields: "hasDiscount size { width unit }")
          chained: String @requires(fields: "estimated")
          estimated: Int @external
        }
        type Size @external { width: Int unit: String }`,
      resolvers: {
        Query: { shipped: () => [{ id: 'p1' }] },
        Product: {
          __resolveReference: (ref: object) => ref,
          estimate: ({ weight, discounted }: { weight: number | null; discounted: number }) => (weight === null ? 0 : weight * discounted),
          banner: ({ hasDiscount, size }: { hasDiscount: boolean; size: { width: number; unit: string } | null }) =>
            `${hasDiscount} ${size?.width}${size?.unit}`,
          chained: ({ estimated }: { estimated: number }) => `chained ${estimated}`,
        },
      },
    },
    reports: {
      sdl: 'type Product @key(fields: "id") { id: ID! estimate: Int @external estimated: Int @requires(fields: "estimate") }',
      resolvers: { Product: { __resolveReference: (ref: object) => ref, estimated: ({ estimate }: { estimate: number }) => estimate + 1 } },
    },
  }),
  examples: [
    { query: '{ products { discounted } }', data: { products: [{ discounted: 5 }, { discounted: 600 }] } },
    {
      query: '{ products { estimate id } }',
      data: {
        products: [
          { estimate: 10, id: 'p1' },
          { estimate: 0, id: 'p2' },
        ],
      },
    },
    {
      query: '{ products { banner chained } }',
      data: {
        products: [
          { banner: 'true 3cm', chained: 'chained 11' },
          { banner: 'false undefinedundefined', chained: 'chained 1' },
        ],
      },
      stockFails: RETURNING,
    },
    { query: '{ shipped { estimate banner } }', data: { shipped: [{ estimate: 10, banner: 'true 3cm' }] } },
    {
      query: '{ shipped { chained size { unit } weight: hasDiscount } }',
      data: { shipped: [{ chained: 'chained 11', size: { unit: 'cm' }, weight: true }] },
      stockFails: RETURNING,
    },
    {
      query: 'query($b: Boolean!) { ... on Query @include(if: $b) { products { chained } } }',
      variables: { b: true },
      data: CHAINED,
      stockFails: RETURNING,
    },
    {
      query: 'query($b: Boolean!) { ... on Query @include(if: $b) { products { chained } } }',
      variables: { b: false },
      data: {},
    },
    ...UNDER_TWO.flatMap((query) => [
      { query, variables: { a: true, b: true }, data: CHAINED, stockFails: RETURNING },
      { query, variables: { a: true, b: false }, data: {} },
      { query, variables: { a: false, b: true }, data: {} },
    ]),
    {
      query: `query($a: Boolean!, $b: Boolean!) {
        ... @skip(if: $a) { products { id } ...S ... @include(if: $a) { shipped { estimate } } ... @defer { products { chained @skip(if: $b) } } }
      }
      fragment S on Query { shipped { id @include(if: $b) chained } }`,
      variables: { a: false, b: true },
      data: { products: [{ id: 'p1' }, { id: 'p2' }], shipped: [{ id: 'p1', chained: 'chained 11' }] },
      stockFails: RETURNING,
    },
  ],
}
