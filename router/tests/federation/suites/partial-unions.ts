import type { Suite } from '../suite.ts'

const text = { __typename: 'Text', body: 'hello' }
const photo = { __typename: 'Photo', width: 640 }
const poll = { __typename: 'Poll', votes: 3 }

/** Nobody is asked for its fields: a shared field promises the same from everyone, so it has no members but those that all subgraphs know. */
const unpromised = (typeName: string, field: string) => ({ __typename: typeName, [field]: null })

export const suite: Suite = {
  what: 'a union below shared fields, of which each subgraph knows other members, and none has a key',
  subgraphs: () => ({
    wide: {
      sdl: `
        type Query { post: Post both: Post @shareable }
        type Post @key(fields: "id") { id: ID! body: Body @shareable }
        type Body @shareable { blocks: [Block!]! }
        union Block = Text | Photo
        type Text @shareable { body: String }
        type Photo { width: Int }`,
      resolvers: {
        Query: { post: () => ({ id: 'p1', body: { blocks: [text, photo] } }), both: () => ({ id: 'p1', body: { blocks: [text] } }) },
        Post: { __resolveReference: (ref: object) => ({ ...ref, body: { blocks: [text, photo] } }) },
      },
    },
    other: {
      sdl: `
        type Query { otherPost: Post both: Post @shareable }
        type Post @key(fields: "id") { id: ID! body: Body @shareable draft: Body }
        type Body @shareable { blocks: [Block!]! }
        union Block = Text | Poll
        type Text @shareable { body: String }
        type Poll { votes: Int }`,
      resolvers: {
        Query: { otherPost: () => ({ id: 'p1', body: { blocks: [text, poll] } }), both: () => ({ id: 'p1', body: { blocks: [text] } }) },
        Post: {
          __resolveReference: (ref: object) => ({ ...ref, body: { blocks: [text, poll] } }),
          draft: () => ({ blocks: [poll, text] }),
        },
      },
    },
  }),
  examples: [
    {
      query: '{ post { body { blocks { __typename ... on Text { body } ... on Photo { width } ... on Poll { votes } } } } }',
      data: { post: { body: { blocks: [text, unpromised('Photo', 'width')] } } },
    },
    {
      query: '{ otherPost { body { blocks { __typename ... on Text { body } ... on Photo { width } ... on Poll { votes } } } } }',
      data: { otherPost: { body: { blocks: [text, unpromised('Poll', 'votes')] } } },
    },
    {
      query: '{ post { body { blocks { __typename ... on Poll { votes } } } } }',
      data: { post: { body: { blocks: [{ __typename: 'Text' }, { __typename: 'Photo' }] } } },
    },
    {
      query: '{ both { body { blocks { __typename ... on Text { body } ... on Photo { width } ... on Poll { votes } } } } }',
      data: { both: { body: { blocks: [text] } } },
    },
    {
      query: '{ post { draft { blocks { ... on Text { body } ... on Photo { width } ... on Poll { votes } } } } }',
      data: { post: { draft: { blocks: [{ votes: 3 }, { body: 'hello' }] } } },
    },
    {
      query: '{ both { draft { blocks { __typename } blocks: blocks { t: __typename } } } }',
      data: {
        both: {
          draft: {
            blocks: [
              { __typename: 'Poll', t: 'Poll' },
              { __typename: 'Text', t: 'Text' },
            ],
          },
        },
      },
    },
  ],
}
