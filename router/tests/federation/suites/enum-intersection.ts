import { entity, type Suite } from '../suite.ts'

const users = [
  { id: 'u1', kind: 'REGULAR' },
  { id: 'u2', kind: 'ROOT' },
]

export const suite: Suite = {
  what: 'enum values that only some subgraphs know, or that no client may see',
  subgraphs: () => ({
    users: {
      sdl: `
        type Query { users: [User!]! ofKind(kind: Kind!): [User!] sorted(by: Order): [User!] must: Mark! marks: [Mark!] }
        type User @key(fields: "id") { id: ID! kind: Kind @shareable }
        enum Kind { ANONYMOUS REGULAR ROOT @inaccessible }
        enum Order { NAME AGE }
        enum Mark { GOOD }`,
      resolvers: {
        Query: {
          users: () => users,
          ofKind: (_: unknown, { kind }: { kind: string }) => users.filter((user) => user.kind === kind),
          sorted: () => users,
          must: () => 'GOOD',
          marks: () => ['GOOD'],
        },
        User: entity(users),
      },
    },
    posts: {
      sdl: `
        type Query { first(by: Order): User }
        type User @key(fields: "id") { id: ID! kind: Kind @shareable mark: Mark }
        enum Kind { ANONYMOUS REGULAR ROOT @inaccessible }
        enum Order { AGE ID }
        enum Mark { BAD }`,
      resolvers: { Query: { first: () => users[0] }, User: { ...entity(users), mark: () => 'BAD' } },
    },
  }),
  examples: [
    {
      query: '{ sorted(by: AGE) { kind mark } }',
      data: {
        sorted: [
          { kind: 'REGULAR', mark: 'BAD' },
          { kind: null, mark: 'BAD' },
        ],
      },
      errors: 'at least one',
    },
    { query: '{ must marks first(by: AGE) { kind } }', data: { must: 'GOOD', marks: ['GOOD'], first: { kind: 'REGULAR' } } },
    { query: 'query($k: Kind!) { ofKind(kind: $k) { id } }', variables: { k: 'REGULAR' }, data: { ofKind: [{ id: 'u1' }] } },
    { query: '{ ofKind(kind: ROOT) { id } }' },
    { query: 'query($k: Kind!) { ofKind(kind: $k) { id } }', variables: { k: 'ROOT' } },
    { query: '{ sorted(by: NAME) { id } }' },
    {
      query: '{ __type(name: "Kind") { enumValues { name } } order: __type(name: "Order") { enumValues { name } } }',
      data: { __type: { enumValues: [{ name: 'ANONYMOUS' }, { name: 'REGULAR' }] }, order: { enumValues: [{ name: 'AGE' }] } },
    },
  ],
}
