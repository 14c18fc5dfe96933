import { entity, type Suite } from '../suite.ts'

const NO_CONTEXT = 'the executor knows nothing of contexts: arguments stay empty'

const told = (_: unknown, args: object) => JSON.stringify(args)
const groups = [
  { id: 'g1', region: 'EU', members: ['u1', null, 'u2'] },
  { id: 'g2', region: null, members: ['u1'] },
]
const users = [
  { __typename: 'Person', id: 'u1', locale: 'en', settings: { units: 'cm', tags: ['a', 'b'] }, prices: ['x', 'y'] },
  { __typename: 'Company', id: 'u2', locale: 'fr', settings: null, prices: ['x'] },
]
const owner = (id: string) => {
  const { prices, ...user } = users.find((one) => one.id === id) ?? { prices: [] as string[] }
  return { ...user, prices: prices.map((one) => ({ id: one })), cover: { price: { id: `cover of ${id}` } } }
}

export const suite: Suite = {
  what: 'arguments that a subgraph takes from the objects around an entity, with @context and @fromContext',
  subgraphs: () => ({
    shop: {
      sdl: `
        type Query { groups: [Group!]! things: [Thing!]! }
        type Group @key(fields: "id") @context(name: "group") { id: ID! region: String members: [Owner]! }
        interface Owner @key(fields: "id") @context(name: "owner") { id: ID! locale: String! settings: Settings prices: [Price!]! cover: Cover }
        type Person implements Owner @key(fields: "id") { id: ID! locale: String! settings: Settings prices: [Price!]! cover: Cover }
        type Company implements Owner @key(fields: "id") { id: ID! locale: String! settings: Settings prices: [Price!]! cover: Cover }
        type Settings { units: String tags: [String!] }
        type Cover { price: Price! }
        union Thing @context(name: "thing") = Box | Bag
        type Box @key(fields: "id") { id: ID! size: Int content: Content }
        type Bag @key(fields: "id") { id: ID! volume: Int content: Content }
        type Content @key(fields: "id") {
          id: ID!
          fits(in: Int @fromContext(field: "$thing ... on Box { size } ... on Bag { volume }")): String
        }
        type Price @key(fields: "id") {
          id: ID!
          label(
            note: String = "none"
            locale: String @fromContext(field: "$owner { locale }")
            units: String @fromContext(field: "$owner { settings { units } }")
          ): String
          tagged(tags: [String] @fromContext(field: "$owner { settings { tags } }")): String
          described(
            units: String @fromContext(field: "$owner { settings { units } }")
            tags: [String] @fromContext(field: "$owner { settings { tags } }")
          ): String
          local(region: String @fromContext(field: "$group { region }")): String
        }`,
      resolvers: {
        Query: {
          groups: () => groups,
          things: () => [
            { __typename: 'Box', id: 'b1', size: 3, content: { id: 'c1' } },
            { __typename: 'Bag', id: 'b2', volume: 7, content: { id: 'c1' } },
            { __typename: 'Bag', id: 'b3', volume: null, content: { id: 'c2' } },
          ],
        },
        Group: { ...entity(groups), members: ({ members }: { members: (string | null)[] }) => members.map((one) => one && owner(one)) },
        Person: { __resolveReference: ({ id }: { id: string }) => owner(id) },
        Company: { __resolveReference: ({ id }: { id: string }) => owner(id) },
        Content: {
          __resolveReference: (ref: object) => ref,
          fits: ({ id }: { id: string }, args: object) => `${id} ${JSON.stringify(args)}`,
        },
        Price: {
          __resolveReference: (ref: object) => ref,
          label: told,
          tagged: told,
          described: told,
          local({ id }: { id: string }, { region }: { region?: string | null }) {
            if (id === 'y' && region === null) throw new Error('no price there')
            return `${id} in ${region}`
          },
        },
      },
    },
    stock: {
      sdl: 'type Group @key(fields: "id") { id: ID! size: Int } type Price @key(fields: "id") { id: ID! amount: Int }',
      resolvers: {
        Group: { __resolveReference: (ref: object) => ({ ...ref, size: 2 }) },
        Price: { __resolveReference: (ref: object) => ({ ...ref, amount: 5 }) },
      },
    },
  }),
  examples: [
    {
      query: '{ groups { members { prices { label } } } }',
      data: {
        groups: [
          {
            members: [
              {
                prices: [{ label: '{"note":"none","locale":"en","units":"cm"}' }, { label: '{"note":"none","locale":"en","units":"cm"}' }],
              },
              null,
              { prices: [{ label: '{"note":"none","locale":"fr","units":null}' }] },
            ],
          },
          {
            members: [
              {
                prices: [{ label: '{"note":"none","locale":"en","units":"cm"}' }, { label: '{"note":"none","locale":"en","units":"cm"}' }],
              },
            ],
          },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    {
      query:
        'query($note: String) { groups { members { ... on Company { p: prices { amount l: label(note: $note) } settings { units } } } } }',
      variables: { note: 'mine' },
      data: {
        groups: [
          { members: [{}, null, { p: [{ amount: 5, l: '{"note":"mine","locale":"fr","units":null}' }], settings: null }] },
          { members: [{}] },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    {
      query: '{ groups { id size members { id prices { local } } } }',
      data: {
        groups: [
          {
            id: 'g1',
            size: 2,
            members: [
              { id: 'u1', prices: [{ local: 'x in EU' }, { local: 'y in EU' }] },
              null,
              { id: 'u2', prices: [{ local: 'x in EU' }] },
            ],
          },
          { id: 'g2', size: 2, members: [{ id: 'u1', prices: [{ local: 'x in null' }, { local: null }] }] },
        ],
      },
      errors: ['groups.1.members.0.prices.1.local'],
      stockFails: NO_CONTEXT,
    },
    {
      query: '{ things { ... on Box { content { fits } } ... on Bag { content { fits id } } } }',
      data: {
        things: [
          { content: { fits: 'c1 {"in":3}' } },
          { content: { fits: 'c1 {"in":7}', id: 'c1' } },
          { content: { fits: 'c2 {"in":null}', id: 'c2' } },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    {
      query: '{ groups { members { ... on Person { cover { price { local label } } } } } }',
      data: {
        groups: [
          {
            members: [
              {
                cover: {
                  price: { local: 'cover of u1 in EU', label: '{"note":"none","locale":"en","units":"cm"}' },
                },
              },
              null,
              {},
            ],
          },
          {
            members: [
              {
                cover: {
                  price: { local: 'cover of u1 in null', label: '{"note":"none","locale":"en","units":"cm"}' },
                },
              },
            ],
          },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    {
      query: '{ groups { members { prices { tagged } } } }',
      data: {
        groups: [
          {
            members: [
              { prices: [{ tagged: '{"tags":["a","b"]}' }, { tagged: '{"tags":["a","b"]}' }] },
              null,
              { prices: [{ tagged: '{"tags":null}' }] },
            ],
          },
          { members: [{ prices: [{ tagged: '{"tags":["a","b"]}' }, { tagged: '{"tags":["a","b"]}' }] }] },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    {
      query: '{ groups { members { ... on Person { cover { price { described } } } } } }',
      data: {
        groups: [
          { members: [{ cover: { price: { described: '{"units":"cm","tags":["a","b"]}' } } }, null, {}] },
          { members: [{ cover: { price: { described: '{"units":"cm","tags":["a","b"]}' } } }] },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    {
      query: '{ groups { members { ... on Person { cover { price { described label } } settings { units } } prices { tagged } } } }',
      data: {
        groups: [
          {
            members: [
              {
                cover: { price: { described: '{"units":"cm","tags":["a","b"]}', label: '{"note":"none","locale":"en","units":"cm"}' } },
                settings: { units: 'cm' },
                prices: [{ tagged: '{"tags":["a","b"]}' }, { tagged: '{"tags":["a","b"]}' }],
              },
              null,
              { prices: [{ tagged: '{"tags":null}' }] },
            ],
          },
          {
            members: [
              {
                cover: { price: { described: '{"units":"cm","tags":["a","b"]}', label: '{"note":"none","locale":"en","units":"cm"}' } },
                settings: { units: 'cm' },
                prices: [{ tagged: '{"tags":["a","b"]}' }, { tagged: '{"tags":["a","b"]}' }],
              },
            ],
          },
        ],
      },
      stockFails: NO_CONTEXT,
    },
    { query: '{ groups { members { prices { label(locale: "de") } } } }' },
  ],
}
