import { entity, type Suite } from '../suite.ts'

const users = [{ __typename: 'Admin', id: 'u1', name: 'Ada' }]

export const suite: Suite = {
  what: '__typename, aliased and repeated, of the root, of objects, of members and of interface objects',
  subgraphs: () => ({
    a: {
      sdl: `
        type Query { union: Product user: User! }
        type Mutation { touch: User }
        union Product = Oven | Toaster
        type Oven { id: ID! }
        type Toaster { id: ID! }
        interface User @key(fields: "id") { id: ID! name: String }
        type Admin implements User @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: { union: () => ({ __typename: 'Toaster', id: 't' }), user: () => users[0] },
        Mutation: { touch: () => users[0] },
        User: entity(users),
        Admin: entity(users),
      },
    },
    b: {
      sdl: 'type Query { users: [User!]! } type User @interfaceObject @key(fields: "id") { id: ID! age: Int }',
      resolvers: { Query: { users: () => [{ id: 'u1', age: 3 }] }, User: { __resolveReference: (ref: object) => ({ ...ref, age: 3 }) } },
    },
  }),
  examples: [
    {
      query: 'query($b: Boolean!) { users { ...F @include(if: $b) } } fragment F on User { name }',
      variables: { b: true },
      data: { users: [{ name: 'Ada' }] },
    },
    { query: '{ __typename }', data: { __typename: 'Query' } },
    {
      query: '{ a: __typename union { b: __typename __typename } c: __typename }',
      data: { a: 'Query', union: { b: 'Toaster', __typename: 'Toaster' }, c: 'Query' },
    },
    {
      query: '{ union { ... on Oven { typename: __typename } ... on Toaster { typename: __typename } } }',
      data: { union: { typename: 'Toaster' } },
    },
    {
      query: '{ users { t: __typename age } user { age t: __typename __typename } }',
      data: { users: [{ t: 'Admin', age: 3 }], user: { age: 3, t: 'Admin', __typename: 'Admin' } },
    },
    {
      query: '{ users { ... on User { __typename } ... on Admin { again: __typename name } } }',
      data: { users: [{ __typename: 'Admin', again: 'Admin', name: 'Ada' }] },
    },
    {
      query: 'mutation { __typename touch { __typename age } m: __typename }',
      data: { __typename: 'Mutation', touch: { __typename: 'Admin', age: 3 }, m: 'Mutation' },
    },
    {
      query: 'query($no: Boolean!) { __typename @skip(if: $no) union { __typename @skip(if: $no) x: __typename @include(if: $no) } }',
      variables: { no: true },
      data: { union: { x: 'Toaster' } },
    },
  ],
}
