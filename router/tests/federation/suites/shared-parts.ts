import { entity, type Suite } from '../suite.ts'

const parts = [
  { id: 'p1', name: 'Screw' },
  { id: 'p2', name: 'Nut' },
]
const items = ['i1', 'i2', 'i3', 'i4'].map((id, index) => ({ id, part: parts[index < 2 ? 0 : 1] }))
const maker = { id: 'm1', name: 'Forge' }
const stocks: Readonly<Record<string, number>> = { i1: 5, i2: 7 }

export const suite: Suite = {
  what: 'an entity in many places, about which another subgraph says something else in each',
  subgraphs: () => ({
    catalog: {
      sdl: `
        type Query { items: [Item] }
        type Item @key(fields: "id") { id: ID! part: Part @shareable }
        type Part @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { items: () => items }, Item: entity(items), Part: entity(parts) },
    },
    names: {
      sdl: `
        type Part @key(fields: "id") { id: ID! name: String shout: String! maker: Maker }
        type Maker @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Maker: entity([maker]),
        Part: {
          ...entity(parts),
          maker: () => maker,
          shout: ({ id, name }: { id: string; name: string }) => (id === 'p2' ? null : name.toUpperCase()),
        },
      },
    },
    countries: {
      sdl: 'type Maker @key(fields: "id") { id: ID! country: String }',
      resolvers: {
        Maker: {
          ...entity([maker]),
          country: () => {
            throw new Error('nobody knows')
          },
        },
      },
    },
    stores: {
      sdl: `
        type Item @key(fields: "id") { id: ID! part: Part @shareable }
        type Part { stock: Int }`,
      resolvers: { Item: { ...entity(items), part: ({ id }: { id: string }) => ({ stock: stocks[id] }) } },
    },
  }),
  examples: [
    {
      query: '{ items { id part { id name stock } } }',
      data: {
        items: [
          { id: 'i1', part: { id: 'p1', name: 'Screw', stock: 5 } },
          { id: 'i2', part: { id: 'p1', name: 'Screw', stock: 7 } },
          { id: 'i3', part: { id: 'p2', name: 'Nut', stock: null } },
          { id: 'i4', part: { id: 'p2', name: 'Nut', stock: null } },
        ],
      },
    },
    {
      query: '{ items { part { name shout } } }',
      data: { items: [...Array<unknown>(2).fill({ part: { name: 'Screw', shout: 'SCREW' } }), ...Array<unknown>(2).fill({ part: null })] },
      errors: ['items.2.part.shout', 'items.3.part.shout'],
    },
    {
      query: '{ items { part { maker { name country } } } }',
      data: { items: items.map(() => ({ part: { maker: { name: 'Forge', country: null } } })) },
      errors: items.map((_, index) => `items.${index}.part.maker.country`),
    },
  ],
}
