import { entity, type Suite } from '../suite.ts'

const items = [
  { __typename: 'Book', id: 'b1', title: 'Emma', pages: 474, stars: 4.5 },
  { __typename: 'Film', id: 'f1', title: 'Alien', minutes: 117, stars: 4.8, awards: ['Oscar'] },
  { __typename: 'Book', id: 'b2', title: null, pages: null, stars: null },
]

export const suite: Suite = {
  what: 'interfaces and unions whose members are completed by another subgraph',
  subgraphs: () => ({
    catalog: {
      sdl: `
        type Query { items: [Item!]! things: [Thing] item(id: ID!): Item }
        interface Item { id: ID! title: String }
        type Book implements Item @key(fields: "id") { id: ID! title: String pages: Int }
        type Film implements Item @key(fields: "id") { id: ID! title: String minutes: Int sequelOf: Item }
        union Thing = Book | Film`,
      resolvers: {
        Query: {
          items: () => items,
          things: () => [items[1], null, items[0]],
          item: (_: unknown, { id }: { id: string }) => items.find((item) => item.id === id),
        },
        Film: { ...entity(items), sequelOf: () => items[0] },
        Book: entity(items),
      },
    },
    ratings: {
      sdl: `
        interface Rated { stars: Float }
        type Book implements Rated @key(fields: "id") { id: ID! stars: Float }
        type Film implements Rated @key(fields: "id") { id: ID! stars: Float awards: [String!] }`,
      resolvers: { Book: entity(items), Film: entity(items) },
    },
  }),
  examples: [
    {
      query: '{ items { __typename id title ... on Book { pages stars } ... on Film { awards } } }',
      data: {
        items: [
          { __typename: 'Book', id: 'b1', title: 'Emma', pages: 474, stars: 4.5 },
          { __typename: 'Film', id: 'f1', title: 'Alien', awards: ['Oscar'] },
          { __typename: 'Book', id: 'b2', title: null, pages: null, stars: null },
        ],
      },
    },
    {
      query: '{ items { ... on Film { stars } title ... on Book { stars } } }',
      data: {
        items: [
          { title: 'Emma', stars: 4.5 },
          { stars: 4.8, title: 'Alien' },
          { title: null, stars: null },
        ],
      },
    },
    {
      query: '{ things { ... on Item { title } ... on Film { minutes } } }',
      data: { things: [{ title: 'Alien', minutes: 117 }, null, { title: 'Emma' }] },
    },
    {
      query: '{ items { ... on Rated { stars } } things { ... on Rated { ... on Film { awards } } } }',
      data: { items: [{ stars: 4.5 }, { stars: 4.8 }, { stars: null }], things: [{ awards: ['Oscar'] }, null, {}] },
    },
    {
      query: `{ item(id: "f1") { ...I ... on Film { sequelOf { ...I ... on Book { stars pages } } } } none: item(id: "x") { id } }
        fragment I on Item { kind: __typename title ...R } fragment R on Rated { stars }`,
      data: {
        item: {
          kind: 'Film',
          title: 'Alien',
          stars: 4.8,
          sequelOf: { kind: 'Book', title: 'Emma', stars: 4.5, pages: 474 },
        },
        none: null,
      },
    },
    {
      query: `query($b: Boolean!) {
        items { ... on Book { ...R ... on Item { ... on Film @include(if: $b) { minutes awards } } } }
        things { ... on Film { sequelOf { __typename } ... on Rated { ... on Book { pages @skip(if: $b) } } } }
      } fragment R on Rated { ... on Film { awards @skip(if: $b) } stars }`,
      variables: { b: true },
      data: { items: [{ stars: 4.5 }, {}, { stars: null }], things: [{ sequelOf: { __typename: 'Book' } }, null, {}] },
    },
    { query: '{ items { title { x } } }' },
  ],
}
