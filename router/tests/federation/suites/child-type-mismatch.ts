import { entity, type Suite } from '../suite.ts'

const users = [
  { __typename: 'User', id: 'u1', name: 'Ada' },
  { __typename: 'Admin', id: 'a1', name: 'Root' },
  { __typename: 'Admin', id: null, name: null },
]

const UNSEPARATED = 'the planner gives no other name to a field inside of two conditions'

export const suite: Suite = {
  what: 'fields that fit in the supergraph but not in a subgraph, where one is nullable and its twin is not',
  subgraphs: () => ({
    accounts: {
      sdl: `
        type Query { accounts: [Account!]! }
        union Account = User | Admin
        type User @key(fields: "id") { id: ID! name: String! @shareable }
        type Admin { id: ID name: String }`,
      resolvers: { Query: { accounts: () => users }, User: entity(users) },
    },
    friends: {
      sdl: `
        type Query { user: User }
        union Friend = User
        type User @key(fields: "id") { id: ID name: String @shareable friends: [Friend] }`,
      resolvers: { Query: { user: () => ({ id: 'u1', name: 'Ada (friends)' }) }, User: { ...entity(users), friends: () => [users[0]] } },
    },
  }),
  examples: [
    {
      query: '{ accounts { ... on User { id name } ... on Admin { id name } } }',
      data: {
        accounts: [
          { id: 'u1', name: 'Ada' },
          { id: 'a1', name: 'Root' },
          { id: null, name: null },
        ],
      },
    },
    {
      query: '{ accounts { ... on Admin { name } ... on User { friends { ... on User { id name } } name } } }',
      data: { accounts: [{ friends: [{ id: 'u1', name: 'Ada' }], name: 'Ada' }, { name: 'Root' }, { name: null }] },
    },
    {
      query: '{ user { id name friends { __typename } } }',
      data: { user: { id: 'u1', name: 'Ada (friends)', friends: [{ __typename: 'User' }] } },
    },
    {
      query: 'query($b: Boolean!) { accounts { ... on User { name } } ... on Query @skip(if: $b) { accounts { ... on Admin { name } } } }',
      variables: { b: false },
      data: { accounts: [{ name: 'Ada' }, { name: 'Root' }, { name: null }] },
    },
    {
      query: `query($a: Boolean!, $b: Boolean!) {
        accounts { ... @skip(if: $a) { ... on User { id } ... on Admin { id } } }
        accounts { ... on User @skip(if: $a) { id @include(if: $b) } }
      }`,
      variables: { a: false, b: true },
      data: { accounts: [{ id: 'u1' }, { id: 'a1' }, { id: null }] },
      stockFails: UNSEPARATED,
    },
    {
      query: `query($a: Boolean!, $b: Boolean!) {
        ... @skip(if: $a) { accounts { ...I ... on User { friends { ... on User { id } } } } }
        accounts { ...I }
      } fragment I on Admin { id @skip(if: $b) name }`,
      variables: { a: false, b: false },
      data: { accounts: [{ friends: [{ id: 'u1' }] }, { id: 'a1', name: 'Root' }, { id: null, name: null }] },
      stockFails: UNSEPARATED,
    },
  ],
}
