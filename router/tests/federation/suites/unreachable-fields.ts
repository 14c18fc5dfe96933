import { entity, type Suite } from '../suite.ts'

const accounts = [{ __typename: 'Account', id: 'a1', name: 'Ada' }]
const chats = [{ __typename: 'Chat', id: 'c1', text: 'hi' }]
const never = () => {
  throw new Error('this id is somebody else’s')
}

export const suite: Suite = {
  what: 'a field that composition takes for reachable and no subgraph can give: it is refused, the rest is answered',
  subgraphs: () => ({
    accounts: {
      sdl: `
        type Query { node(id: ID!): Node @shareable account: Account }
        interface Node { id: ID! }
        type Account implements Node @key(fields: "id") { id: ID! name: String! }
        type Chat implements Node @key(fields: "id") { id: ID! @external account: Account! }`,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) => (id === 'a1' ? accounts[0] : { __typename: 'Chat', id: never }),
          account: () => accounts[0],
        },
        Account: entity(accounts),
        Chat: { __resolveReference: (ref: object) => ref, account: () => accounts[0] },
      },
    },
    chats: {
      sdl: `
        type Query { node(id: ID!): Node @shareable chat: Chat }
        interface Node { id: ID! }
        type Account implements Node @key(fields: "id") { id: ID! @external chats: [Chat!]! }
        type Chat implements Node @key(fields: "id") { id: ID! text: String! }`,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) => (id === 'c1' ? chats[0] : { __typename: 'Account', id: never }),
          chat: () => chats[0],
        },
        Account: { __resolveReference: (ref: object) => ref, chats: () => chats },
        Chat: entity(chats),
      },
    },
  }),
  examples: [
    { query: '{ node(id: "a1") { id } }' },
    {
      query: '{ a: node(id: "a1") { __typename } c: node(id: "c1") { __typename } }',
      data: { a: { __typename: 'Account' }, c: { __typename: 'Chat' } },
    },
    {
      query: '{ a: node(id: "a1") { ... on Account { id name } } c: node(id: "c1") { ... on Chat { id text } } }',
      data: { a: { id: 'a1', name: 'Ada' }, c: { id: 'c1', text: 'hi' } },
    },
    {
      query: '{ a: node(id: "a1") { ... on Chat { id } } c: node(id: "c1") { __typename ... on Account { id } } }',
      data: { a: {}, c: { __typename: 'Chat' } },
    },
    { query: '{ a: node(id: "a1") { id ... on Chat { id } } c: node(id: "c1") { __typename } }' },
    {
      query: '{ chat { id text account { id } } account { name chats { id } } }',
      data: { chat: { id: 'c1', text: 'hi', account: { id: 'a1' } }, account: { name: 'Ada', chats: [{ id: 'c1' }] } },
    },
  ],
}
