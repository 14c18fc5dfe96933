import { entity, type Suite } from '../suite.ts'

const users = [{ id: 'u1', age: 3 }]

export const suite: Suite = {
  what: 'introspection beside data, with variables and fragments, without the machinery of federation',
  subgraphs: () => ({
    a: {
      sdl: 'type Query { user: User } "A person." type User @key(fields: "id") { id: ID! }',
      resolvers: { Query: { user: () => ({ id: 'u1' }) }, User: entity(users) },
    },
    b: {
      sdl: 'type User @key(fields: "id") { id: ID! age(unit: String = "year"): Int old: Int @deprecated(reason: "use age") }',
      resolvers: { User: entity(users) },
    },
  }),
  examples: [
    {
      query:
        'query($name: String!, $all: Boolean) { user { age } __type(name: $name) { kind ...T f: fields(includeDeprecated: $all) { name args { defaultValue } } } t: __typename } fragment T on __Type { description }',
      variables: { name: 'User', all: true },
      data: {
        user: { age: 3 },
        __type: {
          kind: 'OBJECT',
          description: 'A person.',
          f: [
            { name: 'id', args: [] },
            { name: 'age', args: [{ defaultValue: '"year"' }] },
            { name: 'old', args: [] },
          ],
        },
        t: 'Query',
      },
    },
    {
      query: '{ __schema { queryType { name fields { name } } mutationType { name } } }',
      data: { __schema: { queryType: { name: 'Query', fields: [{ name: 'user' }] }, mutationType: null } },
    },
    {
      query:
        '{ any: __type(name: "_Any") { name } join: __type(name: "join__Graph") { name } entity: __type(name: "_Entity") { name } service: __type(name: "_Service") { name } }',
      data: { any: null, join: null, entity: null, service: null },
    },
    {
      query:
        'query($no: Boolean!) { __schema @skip(if: $no) { description } __type(name: "Query") @include(if: $no) { name @skip(if: $no) kind } }',
      variables: { no: true },
      data: { __type: { kind: 'OBJECT' } },
    },
  ],
}
