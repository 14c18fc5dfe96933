import { entity, type Suite } from '../suite.ts'

type Filter = { first: number; order?: { by: string } }
const users = ['u1', 'u2', 'u3'].map((id) => ({ id }))
const first = (_: unknown, { filter }: { filter: Filter }) =>
  users.slice(0, filter.first).toSorted((a, b) => (filter.order?.by === 'DOWN' ? b.id.localeCompare(a.id) : 0))

export const suite: Suite = {
  what: 'input types of several subgraphs: what all of them know may be sent',
  subgraphs: () => ({
    a: {
      sdl: `
        type Query { usersInA(filter: Filter!): [User!]! }
        input Filter { first: Int! order: Order offset: Int }
        input Order { by: Direction = UP }
        enum Direction { UP DOWN }
        type User @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { usersInA: first }, User: entity(users) },
    },
    b: {
      sdl: `
        type Query { usersInB(filter: Filter!): [User!]! }
        input Filter { first: Int! order: Order }
        input Order { by: Direction = UP }
        enum Direction { UP DOWN }
        type User @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { usersInB: first }, User: entity(users) },
    },
  }),
  examples: [
    {
      query: '{ usersInA(filter: { first: 1 }) { id } usersInB(filter: { first: 2, order: { by: DOWN } }) { id } }',
      data: { usersInA: [{ id: 'u1' }], usersInB: [{ id: 'u2' }, { id: 'u1' }] },
    },
    {
      query:
        'query($f: Filter!, $by: Direction, $n: Int!) { usersInA(filter: $f) { id } usersInB(filter: { order: { by: $by }, first: $n }) { id } }',
      variables: { f: { first: 1 }, by: 'DOWN', n: 3 },
      data: { usersInA: [{ id: 'u1' }], usersInB: [{ id: 'u3' }, { id: 'u2' }, { id: 'u1' }] },
    },
    { query: '{ usersInA(filter: { first: 1, offset: 1 }) { id } }' },
    { query: 'query($f: Filter!) { usersInA(filter: $f) { id } }', variables: { f: { first: 1, offset: 1 } } },
  ],
}
