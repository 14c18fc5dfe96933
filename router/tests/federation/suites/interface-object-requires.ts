import { entity, type Suite } from '../suite.ts'

const accounts = [
  { __typename: 'Personal', id: '1', name: 'Ada', email: 'ada@example.org' },
  { __typename: 'Company', id: '2', name: 'Acme', email: 'hi@example.org' },
]

export const suite: Suite = {
  what: '@requires on an interface that is an object here',
  subgraphs: () => ({
    accounts: {
      sdl: `
        type Query { accounts: [Account!]! }
        interface Account @key(fields: "id") { id: ID! name: String! email: String }
        type Personal implements Account @key(fields: "id") { id: ID! name: String! email: String }
        type Company implements Account @key(fields: "id") { id: ID! name: String! email: String }`,
      resolvers: { Query: { accounts: () => accounts }, Account: entity(accounts), Personal: entity(accounts), Company: entity(accounts) },
    },
    letters: {
      sdl: `
        type Query { letter: Letter }
        type Letter { to: Account }
        type Account @interfaceObject @key(fields: "id") { id: ID! name: String! @external greeting: String @requires(fields: "name") }`,
      resolvers: {
        Query: { letter: () => ({ to: { id: '2' } }) },
        Account: {
          __resolveReference: (ref: object) => ref,
          greeting({ name }: { name?: string }) {
            if (name === undefined) throw new Error('no name was given')
            return `Dear ${name}`
          },
        },
      },
    },
  }),
  examples: [
    {
      query: '{ letter { to { ... on Personal { greeting } ... on Company { greeting } } } }',
      data: { letter: { to: { greeting: 'Dear Acme' } } },
    },
    {
      query: '{ letter { to { ...P ... on Company { id email greeting } n: name } } } fragment P on Personal { greeting email }',
      data: { letter: { to: { id: '2', email: 'hi@example.org', greeting: 'Dear Acme', n: 'Acme' } } },
    },
    { query: '{ accounts { greeting } }', data: { accounts: [{ greeting: 'Dear Ada' }, { greeting: 'Dear Acme' }] } },
    { query: '{ letter { to { greeting } } }', data: { letter: { to: { greeting: 'Dear Acme' } } } },
    {
      query: '{ letter { to { __typename name greeting email } } }',
      data: { letter: { to: { __typename: 'Company', name: 'Acme', greeting: 'Dear Acme', email: 'hi@example.org' } } },
    },
    {
      query: 'query($no: Boolean!) { letter { to { ... @skip(if: $no) { greeting } } } }',
      variables: { no: false },
      data: { letter: { to: { greeting: 'Dear Acme' } } },
    },
    { query: '{ accounts { ... on Company { greeting } } }', data: { accounts: [{}, { greeting: 'Dear Acme' }] } },
  ],
}
