import { entity, type Suite } from '../suite.ts'

const AWKWARD = ['say "hi"', 'back\\slash', 'line\nfeed', '\u0000', 'é 漢字 🎬', '\ud800 alone', '\u2028', 'x'.repeat(70), '"'.repeat(70)]
const items = AWKWARD.map((text, index) => ({ id: `i${index}`, text, tags: [text, 'plain'], code: `c${index}` }))

export const suite: Suite = {
  what: 'strings that JSON has to escape, next to answers in which there are none',
  subgraphs: () => ({
    plain: {
      sdl: 'type Query { items: [Item] } type Item @key(fields: "id") { id: ID! code: String }',
      resolvers: { Query: { items: () => items }, Item: entity(items) },
    },
    awkward: {
      sdl: 'type Item @key(fields: "id") { id: ID! text: String tags: [String] same: ID @shareable }',
      resolvers: { Item: { ...entity(items), same: ({ text }: { text: string }) => text } },
    },
  }),
  examples: [
    { query: '{ items { id code } }', data: { items: items.map(({ id, code }) => ({ id, code })) } },
    {
      query: '{ items { code text tags same } }',
      data: { items: items.map(({ code, text, tags }) => ({ code, text, tags, same: text })) },
    },
  ],
}
