import { entity, type Suite } from '../suite.ts'

const cells = [{ id: 'c1' }, { id: 'c2' }]
const media = [
  { __typename: 'Book', id: 'm1', title: 'Emma' },
  { __typename: 'Film', id: 'm2', title: 'Alien' },
]
const [c1, c2] = cells
const photos = [
  { id: 'p1', url: 'one' },
  { id: 'p2', url: 'two' },
]

export const suite: Suite = {
  what: 'entities in lists of lists, interfaces that are objects elsewhere below unions, and one name for calls with other arguments',
  subgraphs: () => ({
    store: {
      sdl: `
        type Query { grid: [[Cell]!] shelf: [Slot!]! places: [Place!]! }
        type Cell @key(fields: "id") { id: ID! }
        union Slot = Cell | Box
        type Box { media: Media all: [[Media!]] }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String }
        type Film implements Media @key(fields: "id") { id: ID! title: String }
        interface Place { id: ID! }
        type Pond implements Place { id: ID! photo: Photo }
        type Cave implements Place { id: ID! photo: Photo }
        type Photo @key(fields: "id") { id: ID! url: String }`,
      resolvers: {
        Query: {
          grid: () => [[c1, null], [], [c2]],
          shelf: () => [
            { __typename: 'Cell', ...c2 },
            { __typename: 'Box', media: media[1], all: [[media[0], media[1]], null] },
          ],
          places: () => [
            { __typename: 'Pond', id: '1', photo: photos[0] },
            { __typename: 'Cave', id: '2', photo: photos[1] },
          ],
        },
        Cell: entity(cells),
        Media: entity(media),
        Book: entity(media),
        Film: entity(media),
        Photo: entity(photos),
      },
    },
    extra: {
      sdl: `
        type Cell @key(fields: "id") { id: ID! label: String matrix: [[Int]!] next: [[Cell!]] }
        type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int cells: [[Cell]] }
        type Photo @key(fields: "id") { id: ID! thumbnail(width: Int!): String caption: String }`,
      resolvers: {
        Cell: {
          __resolveReference: (one: object) => one,
          label: ({ id }: { id: string }) => `label of ${id}`,
          matrix: () => [[1, null], []],
          next: ({ id }: { id: string }) => (id === 'c1' ? [[c2], null] : null),
        },
        Media: { __resolveReference: (one: object) => one, stars: ({ id }: { id: string }) => id.length, cells: () => [[c1, null], null] },
        Photo: {
          __resolveReference: (one: object) => one,
          caption: ({ id }: { id: string }) => `caption of ${id}`,
          thumbnail: ({ id }: { id: string }, { width }: { width: number }) => `${id} ${width}`,
        },
      },
    },
  }),
  examples: [
    {
      query: '{ grid { id label matrix next { label next { id } } } }',
      data: {
        grid: [
          [
            {
              id: 'c1',
              label: 'label of c1',
              matrix: [[1, null], []],
              next: [[{ label: 'label of c2', next: null }], null],
            },
            null,
          ],
          [],
          [{ id: 'c2', label: 'label of c2', matrix: [[1, null], []], next: null }],
        ],
      },
    },
    {
      query: `query($b: Boolean!) {
        shelf { ... on Box { all { stars ... on Book { title @skip(if: $b) } cells @include(if: $b) { id label } } media { ... on Film { stars } } } ...C @include(if: $b) }
      } fragment C on Cell { label }`,
      variables: { b: true },
      data: {
        shelf: [
          { label: 'label of c2' },
          {
            all: [
              [
                { stars: 2, cells: [[{ id: 'c1', label: 'label of c1' }, null], null] },
                { stars: 2, cells: [[{ id: 'c1', label: 'label of c1' }, null], null] },
              ],
              null,
            ],
            media: { stars: 2 },
          },
        ],
      },
    },
    {
      query: '{ places { ... on Pond { photo { url thumbnail(width: 1) } } ... on Cave { photo { thumbnail(width: 2) url } } } }',
      data: { places: [{ photo: { url: 'one', thumbnail: 'p1 1' } }, { photo: { thumbnail: 'p2 2', url: 'two' } }] },
      stockFails: 'the planner asks for both with the arguments of one',
    },
    {
      query: '{ places { ... on Pond { photo { id x: url y: thumbnail(width: 1) } } ... on Cave { photo { x: caption y: url } } } }',
      data: { places: [{ photo: { id: 'p1', x: 'one', y: 'p1 1' } }, { photo: { x: 'caption of p2', y: 'two' } }] },
      stockFails: 'the planner asks for one of them for both',
    },
  ],
}
