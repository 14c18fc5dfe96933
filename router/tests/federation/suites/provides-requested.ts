import { entity, type Suite } from '../suite.ts'

const rows = [
  { id: '1', name: 'Chair', text: 'wood', extra: 'x1' },
  { id: '2', name: 'Table', text: 'oak', extra: 'x2' },
]
const never = () => {
  throw new Error('nobody wants to know')
}
const provided = rows.map(({ id, name }) => ({ id, name, text: never }))

export const suite: Suite = {
  what: 'of what is provided only what the client selects is asked for, and nobody is asked for it again',
  subgraphs: () => ({
    owner: {
      sdl: 'type Query { ping: Boolean } type Item @key(fields: "id") { id: ID! name: String! @shareable text: String! @shareable extra: String! }',
      resolvers: { Item: { ...entity(rows), name: never, text: never } },
    },
    provider: {
      sdl: `
        type Query { item: Item @provides(fields: "name text") items: [Item!] @provides(fields: "name text") }
        type Item @key(fields: "id") { id: ID! name: String! @external text: String! @external }`,
      resolvers: { Query: { item: () => provided[0], items: () => provided }, Item: entity(provided) },
    },
  }),
  examples: [
    { query: '{ item { id } }', data: { item: { id: '1' } } },
    { query: '{ item { id called: name } }', data: { item: { id: '1', called: 'Chair' } } },
    { query: '{ item { ... on Item { name } ...I } } fragment I on Item { id name }', data: { item: { name: 'Chair', id: '1' } } },
    { query: '{ item { name extra } }', data: { item: { name: 'Chair', extra: 'x1' } } },
    {
      query: '{ items { id ... { name } ... { extra } } }',
      data: {
        items: [
          { id: '1', name: 'Chair', extra: 'x1' },
          { id: '2', name: 'Table', extra: 'x2' },
        ],
      },
    },
    {
      query: '{ item { id ... on Item @skip(if: true) { text } ... on Item @include(if: false) { text } } }',
      data: { item: { id: '1' } },
    },
    {
      query: 'query($no: Boolean!) { items { name ... @include(if: $no) { text } text @include(if: $no) } }',
      variables: { no: false },
      data: { items: [{ name: 'Chair' }, { name: 'Table' }] },
    },
    { query: '{ item { name text } }', data: { item: null }, errors: ['item.text'] },
  ],
}
