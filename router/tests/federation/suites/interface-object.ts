import { entity, type Suite } from '../suite.ts'

const people = [
  { __typename: 'Admin', id: '1', name: 'Ada', level: 9 },
  { __typename: 'Guest', id: '2', name: 'Bo' },
]
const authors = [
  { id: '1', postCount: 3, friend: { id: '2' } },
  { id: '2', postCount: 0, friend: null },
]

export const suite: Suite = {
  what: 'a subgraph that knows an interface only as an object',
  subgraphs: () => ({
    people: {
      sdl: `
        type Query { people: [Person!]! anyone: Person admin: Admin }
        interface Person @key(fields: "id") { id: ID! name: String }
        type Admin implements Person @key(fields: "id") { id: ID! name: String level: Int }
        type Guest implements Person @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: { people: () => people, anyone: () => people[0], admin: () => people[0] },
        Person: entity(people),
        Admin: entity(people),
        Guest: entity(people),
      },
    },
    posts: {
      sdl: `
        type Query { authors: [Person!]! author(id: ID!): Person }
        type Person @interfaceObject @key(fields: "id") { id: ID! postCount: Int friend: Person }`,
      resolvers: {
        Query: { authors: () => authors, author: (_: unknown, { id }: { id: string }) => authors.find((one) => one.id === id) },
        Person: entity(authors),
      },
    },
  }),
  examples: [
    {
      query: '{ admin { friend { ... on Guest { __typename friend { ... on Admin { id } } } } } }',
      data: { admin: { friend: { __typename: 'Guest', friend: null } } },
      stockFails: 'it takes the name of the interface for that of the kind',
    },
    {
      query: '{ people { id postCount } }',
      data: {
        people: [
          { id: '1', postCount: 3 },
          { id: '2', postCount: 0 },
        ],
      },
    },
    {
      query: '{ authors { id postCount } }',
      data: {
        authors: [
          { id: '1', postCount: 3 },
          { id: '2', postCount: 0 },
        ],
      },
    },
    {
      query: '{ authors { name id } }',
      data: {
        authors: [
          { name: 'Ada', id: '1' },
          { name: 'Bo', id: '2' },
        ],
      },
    },
    {
      query: '{ authors { __typename id } }',
      data: {
        authors: [
          { __typename: 'Admin', id: '1' },
          { __typename: 'Guest', id: '2' },
        ],
      },
    },
    { query: '{ authors { kind: __typename } }', data: { authors: [{ kind: 'Admin' }, { kind: 'Guest' }] } },
    { query: '{ authors { postCount ... on Admin { level } } }', data: { authors: [{ postCount: 3, level: 9 }, { postCount: 0 }] } },
    {
      query: '{ people { ... on Admin { postCount level } ... on Guest { n: postCount } } }',
      data: { people: [{ postCount: 3, level: 9 }, { n: 0 }] },
    },
    {
      query: '{ anyone { friend { __typename name ... on Guest { postCount } ... on Admin { level } } } }',
      data: { anyone: { friend: { __typename: 'Guest', name: 'Bo', postCount: 0 } } },
    },
    {
      query: '{ admin { postCount friend { name friend { name } } } }',
      data: { admin: { postCount: 3, friend: { name: 'Bo', friend: null } } },
    },
    { query: '{ author(id: "2") { ... on Admin { id } } }', data: { author: {} } },
    {
      query: '{ author(id: "1") { ... on Admin { id friend { id } } } none: author(id: "9") { name } }',
      data: { author: { id: '1', friend: { id: '2' } }, none: null },
    },
    {
      query: '{ people { friend { ... on Guest { id } } } }',
      data: { people: [{ friend: { id: '2' } }, { friend: null }] },
    },
    {
      query: '{ people { friend { ...G } } } fragment G on Person { ... on Guest { postCount } }',
      data: { people: [{ friend: { postCount: 0 } }, { friend: null }] },
    },
  ],
}
