import { entity, type Suite } from '../suite.ts'

const goods = [{ __typename: 'Loaf', id: 'l1', grams: 500 }]

export const suite: Suite = {
  what: 'an interface object that cannot be entered by its key, and an interface that nothing implements',
  subgraphs: () => ({
    shop: {
      sdl: `
        type Query { ghost: Ghost! good: Good }
        interface Ghost @key(fields: "id") { id: ID! }
        interface Good @key(fields: "id") { id: ID! }
        type Loaf implements Good @key(fields: "id") { id: ID! grams: Int }`,
      resolvers: {
        Query: { ghost: () => ({ id: 'g0' }), good: () => goods[0] },
        Good: entity(goods),
        Loaf: entity(goods),
        Ghost: { __resolveType: () => 'Ghost' },
      },
    },
    facts: {
      sdl: `
        type Query { haunted: Ghost }
        type Ghost @key(fields: "id", resolvable: false) @interfaceObject { id: ID! mood: String }
        type Good @key(fields: "id") @interfaceObject { id: ID! origin: String }`,
      resolvers: { Query: { haunted: () => ({ id: 'g1', mood: 'sad' }) } },
      losesEntities: true,
    },
  }),
  examples: [
    { query: '{ haunted { id mood } }', data: { haunted: { id: 'g1', mood: 'sad' } } },
    { query: '{ haunted { id } }', data: { haunted: { id: 'g1' } } },
    { query: '{ ghost { id } }', data: null, errors: 'at least one' },
    { query: '{ ghost { mood } }', data: null, errors: 'at least one' },
    { query: '{ good { id } }', data: { good: { id: 'l1' } } },
    {
      query: '{ good { id origin } }',
      data: { good: { id: 'l1', origin: null } },
      errors: ['good'],
      stockFails: 'it shows _entities in the path of the error',
    },
    { query: '{ good { ... on Loaf { id grams } } }', data: { good: { id: 'l1', grams: 500 } } },
  ],
}
