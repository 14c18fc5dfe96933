import { entity, type Suite } from '../suite.ts'

const entities = [
  { id: 'e1', data: { __typename: 'Bar', foo: 'foo 1', bar: 'bar 1', inner: { __typename: 'Deep', text: 'deep' } } },
  { id: 'e2', data: { __typename: 'Baz', foo: 'foo 2', baz: 'baz 2' } },
  { id: 'e3', data: null },
]

export const suite: Suite = {
  what: '@requires with fragments on interfaces and unions',
  subgraphs: () => ({
    owner: {
      sdl: `
        type Query { entities: [Entity!]! }
        type Entity @key(fields: "id") { id: ID! data: Foo }
        interface Foo { foo: String! }
        interface Inner { text: String }
        type Deep implements Inner { text: String }
        type Bar implements Foo { foo: String! bar: String! inner: Inner }
        type Baz implements Foo { foo: String! baz: String! }`,
      resolvers: { Query: { entities: () => entities }, Entity: entity(entities) },
    },
    reader: {
      sdl: `
        type Query { bare: Entity }
        type Entity @key(fields: "id") {
          id: ID!
          data: Foo @external
          words: String @requires(fields: "data { foo ... on Bar { bar inner { ... on Deep { text } } } ... on Baz { baz } }")
          kind: String @requires(fields: "data { __typename }")
        }
        interface Foo { foo: String! }
        interface Inner { text: String }
        type Deep implements Inner @external { text: String }
        type Bar implements Foo @external { foo: String! bar: String! inner: Inner }
        type Baz implements Foo @external { foo: String! baz: String! }`,
      resolvers: {
        Query: { bare: () => ({ id: 'e1' }) },
        Entity: {
          __resolveReference: (ref: object) => ref,
          words({ data }: { data?: Record<string, unknown> | null }) {
            if (!data) return 'nothing'
            return [data.foo, data.bar ?? data.baz, (data.inner as { text?: string } | undefined)?.text ?? '-'].join(', ')
          },
          kind: ({ data }: { data?: Record<string, unknown> | null }) => data?.__typename ?? 'none',
        },
      },
    },
  }),
  examples: [
    {
      query: 'query($no: Boolean!) { entities @include(if: true) { ... { ... @skip(if: $no) { also: words } } kind } }',
      variables: { no: false },
      data: {
        entities: [
          { also: 'foo 1, bar 1, deep', kind: 'Bar' },
          { also: 'foo 2, baz 2, -', kind: 'Baz' },
          { also: 'nothing', kind: 'none' },
        ],
      },
    },
    {
      query: '{ entities { words } }',
      data: { entities: [{ words: 'foo 1, bar 1, deep' }, { words: 'foo 2, baz 2, -' }, { words: 'nothing' }] },
    },
    {
      query: '{ entities { kind data { ... on Baz { foo: baz } } } bare { words kind } }',
      data: {
        entities: [
          { kind: 'Bar', data: {} },
          { kind: 'Baz', data: { foo: 'baz 2' } },
          { kind: 'none', data: null },
        ],
        bare: { words: 'foo 1, bar 1, deep', kind: 'Bar' },
      },
    },
  ],
}
