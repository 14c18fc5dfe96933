import { entity, type Suite } from '../suite.ts'

const media = [
  { __typename: 'Song', id: 'm1', title: 'Alright', seconds: 219 },
  { __typename: 'Episode', id: 'm2', title: 'Pilot', season: 1 },
]

export const suite: Suite = {
  what: 'two subgraphs that extend the same interface as an object, one reached through the other',
  subgraphs: () => ({
    media: {
      sdl: `
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Song implements Media @key(fields: "id") { id: ID! title: String! seconds: Int }
        type Episode implements Media @key(fields: "id") { id: ID! title: String! season: Int }`,
      resolvers: { Media: entity(media), Song: entity(media), Episode: entity(media) },
    },
    playlists: {
      sdl: `
        type Query { playlist: Playlist }
        type Playlist { items: [Media!] }
        type Media @interfaceObject @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { playlist: () => ({ items: [{ id: 'm2' }, { id: 'm1' }] }) },
        Media: { __resolveReference: (ref: object) => ref },
      },
    },
    authors: {
      sdl: `
        type Media @interfaceObject @key(fields: "id") { id: ID! author: Author }
        type Author { name: String work: Media }`,
      resolvers: {
        Media: {
          __resolveReference: (ref: object) => ref,
          author: ({ id }: { id: string }) => ({ name: `author of ${id}`, work: { id } }),
        },
      },
    },
  }),
  examples: [
    {
      query: '{ playlist { items { id author { name } } } }',
      data: {
        playlist: {
          items: [
            { id: 'm2', author: { name: 'author of m2' } },
            { id: 'm1', author: { name: 'author of m1' } },
          ],
        },
      },
    },
    {
      query: '{ playlist { items { __typename title author { name work { title __typename } } ... on Song { seconds } } } }',
      data: {
        playlist: {
          items: [
            { __typename: 'Episode', title: 'Pilot', author: { name: 'author of m2', work: { title: 'Pilot', __typename: 'Episode' } } },
            {
              __typename: 'Song',
              title: 'Alright',
              author: { name: 'author of m1', work: { title: 'Alright', __typename: 'Song' } },
              seconds: 219,
            },
          ],
        },
      },
    },
    {
      query:
        '{ playlist { items { ... on Song { author { name } } ... on Episode { season author { work { ... on Episode { season } } } } } } }',
      data: { playlist: { items: [{ season: 1, author: { work: { season: 1 } } }, { author: { name: 'author of m1' } }] } },
    },
  ],
}
