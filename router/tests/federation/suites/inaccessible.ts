import { entity, type Suite } from '../suite.ts'

const users = [
  {
    __typename: 'User',
    id: 'u1',
    secret: 's3',
    friends: [
      { __typename: 'Spy', id: 'x', codeName: '007' },
      { __typename: 'User', id: 'u1', secret: 's3' },
    ],
  },
]

export const suite: Suite = {
  what: '@inaccessible fields, types, arguments and members: the router uses them, no client sees them',
  subgraphs: () => ({
    users: {
      sdl: `
        type Query { users(hidden: Boolean = false @inaccessible): [User!] friends: [Being] being: Living spies: [Spy] @inaccessible }
        union Being = User | Spy
        interface Living { id: ID! }
        type User implements Living @key(fields: "id") { id: ID! secret: String @inaccessible }
        type Spy implements Living @inaccessible { id: ID! codeName: String }`,
      resolvers: {
        Query: { users: () => users, friends: () => users[0]?.friends, being: () => users[0]?.friends[0] },
        User: entity(users),
      },
    },
    letters: {
      sdl: 'type User @key(fields: "id") { id: ID! secret: String @external letter: String @requires(fields: "secret") }',
      resolvers: {
        User: { __resolveReference: (ref: object) => ref, letter: ({ secret }: { secret: string }) => `sealed with ${secret}` },
      },
    },
  }),
  examples: [
    { query: '{ users { letter } }', data: { users: [{ letter: 'sealed with s3' }] } },
    { query: '{ users { secret } }' },
    { query: '{ users(hidden: true) { id } }' },
    { query: '{ spies { id } }' },
    { query: '{ friends { ... on Spy { id } } }' },
    // A member that no client may know of is no value that the answer can hold.
    {
      query: '{ friends { __typename ... on User { id letter } } }',
      data: { friends: [null, { __typename: 'User', id: 'u1', letter: 'sealed with s3' }] },
      errors: 'at least one',
    },
    { query: '{ being { __typename id } }', data: { being: null }, errors: 'at least one' },
    { query: '{ being { id } }', data: { being: null }, errors: 'at least one' },
    {
      query: '{ __type(name: "User") { fields { name } } spy: __type(name: "Spy") { name } }',
      data: { __type: { fields: [{ name: 'id' }, { name: 'letter' }] }, spy: null },
    },
  ],
}
