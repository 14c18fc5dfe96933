import { entity, type Suite } from '../suite.ts'

const users = [
  { id: 'u1', name: 'Ada', address: { __typename: 'Home', id: 'h1', city: 'Oslo' } },
  { id: 'u2', name: 'Bo', address: { __typename: 'Work', id: 'w1', city: 'Rome' } },
]
const addresses = users.map(({ address }) => address)

export const suite: Suite = {
  what: '@requires through an interface whose implementations are entities',
  subgraphs: () => ({
    users: {
      sdl: `
        type Query { users: [User!]! }
        type User @key(fields: "id") { id: ID! name: String address: Address @external city: String @requires(fields: "address { id }") country: String @requires(fields: "address { ... on Home { city } ... on Work { city } }") }
        interface Address { id: ID! }
        type Home implements Address @key(fields: "id") { id: ID! city: String @external }
        type Work implements Address @key(fields: "id") { id: ID! city: String @external }`,
      resolvers: {
        Query: { users: () => users.map(({ id, name }) => ({ id, name })) },
        User: {
          ...entity(users.map(({ id, name }) => ({ id, name }))),
          city: ({ address }: { address?: { id: string } }) => `city of ${address?.id}`,
          country: ({ address }: { address?: { city: string } }) => `country of ${address?.city}`,
        },
        Home: entity(addresses),
        Work: entity(addresses),
      },
    },
    addresses: {
      sdl: `
        type User @key(fields: "id") { id: ID! address: Address }
        interface Address { id: ID! }
        type Home implements Address @key(fields: "id") { id: ID! city: String }
        type Work implements Address @key(fields: "id") { id: ID! city: String }`,
      resolvers: { User: entity(users.map(({ id, address }) => ({ id, address }))), Home: entity(addresses), Work: entity(addresses) },
    },
  }),
  examples: [
    { query: '{ users { city } }', data: { users: [{ city: 'city of h1' }, { city: 'city of w1' }] } },
    {
      query: '{ users { country name } }',
      data: {
        users: [
          { country: 'country of Oslo', name: 'Ada' },
          { country: 'country of Rome', name: 'Bo' },
        ],
      },
    },
    {
      query: '{ users { address { __typename ... on Home { city } id } city } }',
      data: {
        users: [
          { address: { __typename: 'Home', city: 'Oslo', id: 'h1' }, city: 'city of h1' },
          { address: { __typename: 'Work', id: 'w1' }, city: 'city of w1' },
        ],
      },
    },
    {
      query: '{ users { address { ... on Work { city: city } } country } }',
      data: {
        users: [
          { address: {}, country: 'country of Oslo' },
          { address: { city: 'Rome' }, country: 'country of Rome' },
        ],
      },
    },
  ],
}
