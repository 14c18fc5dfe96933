import { entity, type Suite } from '../suite.ts'

const users = [{ id: 'u1' }, { id: 'u2' }]
const echo = (_: unknown, args: object) => JSON.stringify(args)

const OWN_NAME = 'entity fetches use a variable of this name themselves'

export const suite: Suite = {
  what: 'arguments and variables reach the subgraph that they belong to, with defaults, null and absence told apart',
  subgraphs: () => ({
    a: {
      sdl: `
        scalar JSON
        input Range { from: Int = 1 to: Int tags: [String!] inner: Range }
        enum Way { UP DOWN }
        type Query { users(first: Int = 2): [User!]! echo(n: Int = 7, s: String, range: Range, way: Way = UP, list: [Int], json: JSON): String raw: JSON id(id: ID!): ID }
        type User @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          users: (_: unknown, { first }: { first: number }) => users.slice(0, first),
          echo,
          raw: () => ({ deep: [1, { b: null, a: 'x' }], __typename: 'NotAType' }),
          id: (_: unknown, { id }: { id: string }) => id,
        },
        User: entity(users),
      },
    },
    b: {
      sdl: `
        scalar JSON
        input Range { from: Int = 1 to: Int tags: [String!] inner: Range }
        type User @key(fields: "id") { id: ID! said(text: String = "hi", range: Range): String json: JSON }`,
      resolvers: { User: { ...entity(users), said: echo, json: () => [{ x: 1 }] } },
    },
  }),
  examples: [
    { query: '{ echo users(first: 1) { said } }', data: { echo: '{"n":7,"way":"UP"}', users: [{ said: '{"text":"hi"}' }] } },
    {
      query:
        'query($n: Int, $s: String = "d", $t: String, $r: Range) { echo(n: $n, s: $s, range: { to: $n, tags: ["a"], inner: $r }) users(first: $n) { said(text: $t) } }',
      data: {
        echo: '{"n":7,"s":"d","range":{"from":1,"tags":["a"]},"way":"UP"}',
        users: [{ said: '{"text":"hi"}' }, { said: '{"text":"hi"}' }],
      },
    },
    {
      query: 'query($n: Int, $t: String) { echo(n: $n) users(first: 1) { said(text: $t) } }',
      variables: { n: null, t: null },
      data: { echo: '{"n":null,"way":"UP"}', users: [{ said: '{"text":null}' }] },
    },
    {
      query:
        'query($one: Int!, $way: Way, $j: JSON) { echo(list: [$one, null, 3], way: $way, json: { a: [$one, $j], b: DOWN }) l: echo(list: 5) }',
      variables: { one: 5, way: 'DOWN', j: { z: 1 } },
      data: { echo: '{"n":7,"way":"DOWN","list":[5,null,3],"json":{"a":[5,{"z":1}],"b":"DOWN"}}', l: '{"n":7,"way":"UP","list":[5]}' },
    },
    {
      query:
        '{ users(first: 1) { a: said(text: "1") b: said(text: "2", range: { tags: [], from: 2 }) said } first: id(id: 5) second: id(id: "x") }',
      data: {
        users: [{ a: '{"text":"1"}', b: '{"text":"2","range":{"from":2,"tags":[]}}', said: '{"text":"hi"}' }],
        first: '5',
        second: 'x',
      },
    },
    {
      query: '{ raw users(first: 1) { json } }',
      data: { raw: { deep: [1, { b: null, a: 'x' }], __typename: 'NotAType' }, users: [{ json: [{ x: 1 }] }] },
    },
    {
      query: 'query($representations: String) { users(first: 1) { said(text: $representations) } }',
      variables: { representations: 'mine' },
      data: { users: [{ said: '{"text":"mine"}' }] },
      stockFails: OWN_NAME,
    },
    { query: 'query($n: Int!) { echo(n: $n) }', variables: {} },
    { query: 'query($n: Int) { echo(n: $n) }', variables: { n: 'seven' } },
    { query: 'query($r: Range) { echo(range: $r) }', variables: { r: { other: 1 } } },
  ],
}
