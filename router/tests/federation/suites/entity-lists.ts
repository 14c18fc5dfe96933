import { entity, type Suite } from '../suite.ts'

type Cell = { id: string; value: number }
const cells: readonly Cell[] = ['1', '2', '3'].map((id) => ({ id, value: Number(id) * 10 }))
const cell = (id: string) => ({ id })

export const suite: Suite = {
  what: 'entities in nested lists with holes and repeats keep their places',
  subgraphs: () => ({
    grids: {
      sdl: `
        type Query { grid: [[Cell]] rows: [Row!]! }
        type Row { name: String cells: [Cell!] tree: Row }
        type Cell @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          grid: () => [[cell('1'), null, cell('2')], null, [], [cell('1'), cell('1')]],
          rows: () => [
            { name: 'a', cells: [cell('3')], tree: { cells: [cell('2'), cell('3')] } },
            { name: 'b', cells: null },
          ],
        },
        Cell: entity(cells),
      },
    },
    values: {
      sdl: 'type Cell @key(fields: "id") { id: ID! value: Int next: Cell neighbours: [[Cell!]!] }',
      resolvers: {
        Cell: {
          ...entity(cells),
          next: ({ id }: Cell) => cells[Number(id) % 3],
          neighbours: (self: Cell) => [[self], cells.filter(({ id }) => id !== self.id)],
        },
      },
    },
  }),
  examples: [
    {
      query: '{ grid { id value } }',
      data: {
        grid: [
          [{ id: '1', value: 10 }, null, { id: '2', value: 20 }],
          null,
          [],
          [
            { id: '1', value: 10 },
            { id: '1', value: 10 },
          ],
        ],
      },
    },
    {
      query: '{ rows { name cells { value } tree { cells { value next { value } } tree { name } } } }',
      data: {
        rows: [
          {
            name: 'a',
            cells: [{ value: 30 }],
            tree: {
              cells: [
                { value: 20, next: { value: 30 } },
                { value: 30, next: { value: 10 } },
              ],
              tree: null,
            },
          },
          { name: 'b', cells: null, tree: null },
        ],
      },
    },
    {
      query: '{ grid { neighbours { value } } }',
      data: {
        grid: [
          [
            { neighbours: [[{ value: 10 }], [{ value: 20 }, { value: 30 }]] },
            null,
            { neighbours: [[{ value: 20 }], [{ value: 10 }, { value: 30 }]] },
          ],
          null,
          [],
          [
            { neighbours: [[{ value: 10 }], [{ value: 20 }, { value: 30 }]] },
            { neighbours: [[{ value: 10 }], [{ value: 20 }, { value: 30 }]] },
          ],
        ],
      },
    },
  ],
}
