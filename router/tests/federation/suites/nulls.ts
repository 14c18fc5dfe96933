import { entity, type Suite } from '../suite.ts'

const things = ['t1', 't2', 't3'].map((id) => ({ id }))
const fail = (text: string) => {
  throw new Error(text)
}

export const suite: Suite = {
  what: 'null where it must not be empties the nearest place that may be null, across subgraphs',
  subgraphs: () => ({
    things: {
      sdl: `
        type Query { maybe: [Thing] strict: [Thing!] stricter: [Thing!]! one: Thing must: Thing! box: Box matrix: [[Thing!]] }
        type Box { thing: Thing! name: String }
        type Thing @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          maybe: () => things,
          strict: () => things,
          stricter: () => things,
          one: () => things[1],
          must: () => things[2],
          box: () => ({ thing: things[1], name: 'box' }),
          matrix: () => [[things[0]], [things[0], things[1]], null],
        },
        Thing: entity(things),
      },
    },
    details: {
      sdl: 'type Thing @key(fields: "id") { id: ID! price: Int! tags: [String!] scores: [[Int!]!] owner: Owner note: String } type Owner { name: String! nick: String }',
      resolvers: {
        Thing: {
          // There is no t3 here.
          __resolveReference: ({ id }: { id: string }) => (id === 't3' ? null : { id }),
          price: ({ id }: { id: string }) => (id === 't2' ? fail('no price') : 5),
          tags: ({ id }: { id: string }) => (id === 't1' ? ['a', null] : ['b']),
          scores: ({ id }: { id: string }) => (id === 't1' ? [[1], [2, null]] : [[3]]),
          owner: ({ id }: { id: string }) => (id === 't1' ? { name: null, nick: 'x' } : { name: 'Bo' }),
          note: ({ id }: { id: string }) => (id === 't2' ? fail('no note') : `note ${id}`),
        },
      },
    },
  }),
  examples: [
    {
      query: '{ maybe { id note } }',
      data: {
        maybe: [
          { id: 't1', note: 'note t1' },
          { id: 't2', note: null },
          { id: 't3', note: null },
        ],
      },
      errors: ['maybe.1.note'],
    },
    { query: '{ maybe { id price } }', data: { maybe: [{ id: 't1', price: 5 }, null, null] }, errors: 'at least one' },
    { query: '{ strict { price } one { id } }', data: { strict: null, one: { id: 't2' } }, errors: 'at least one' },
    { query: '{ stricter { price } one { id } }', data: null, errors: 'at least one' },
    { query: '{ one { price } }', data: { one: null }, errors: ['one.price'] },
    { query: '{ must { id note } }', data: { must: { id: 't3', note: null } } },
    { query: '{ must { price } }', data: null, errors: 'at least one' },
    { query: '{ box { name thing { price } } }', data: { box: null }, errors: ['box.thing.price'] },
    { query: '{ matrix { price } }', data: { matrix: [[{ price: 5 }], null, null] }, errors: ['matrix.1.1.price'] },
    {
      query: '{ maybe { tags scores owner { nick name } } }',
      data: {
        maybe: [
          { tags: null, scores: null, owner: null },
          { tags: ['b'], scores: [[3]], owner: { nick: null, name: 'Bo' } },
          { tags: null, scores: null, owner: null },
        ],
      },
      errors: ['maybe.0.owner.name', 'maybe.0.scores.1.1', 'maybe.0.tags.1'],
    },
    { query: '{ maybe { owner { nick } } }', data: { maybe: [{ owner: { nick: 'x' } }, { owner: { nick: null } }, { owner: null }] } },
  ],
}
