import type { Suite } from '../suite.ts'

type Seat = { id: string; code: string; place: { hall: string; row: string; chair: string }; price?: number }
const seats: readonly Seat[] = [
  { id: '1', code: 'A1', place: { hall: 'h', row: 'r1', chair: 'c1' } },
  { id: '2', code: 'A2', place: { hall: 'h', row: 'r1', chair: 'c2' } },
]
const prices: Readonly<Record<string, number>> = { '1': 30, '2': 45 }

const FIRST_KEY = 'the planner comes back after @requires by the first key, whether it is resolvable or not'

export const suite: Suite = {
  what: 'an entity with four keys, of which each subgraph resolves another one',
  subgraphs: () => ({
    prices: {
      sdl: `
        type Seat
          @key(fields: "id", resolvable: true)
          @key(fields: "code", resolvable: false)
          @key(fields: "place { hall row }", resolvable: false)
          @key(fields: "id place { row chair }", resolvable: false) { id: ID! code: ID! place: Place! price: Int! }
        type Place { hall: ID! row: ID! chair: ID! }`,
      resolvers: {
        Seat: { __resolveReference: ({ id }: Seat) => seats.find((seat) => seat.id === id), price: ({ id }: Seat) => prices[id] },
      },
    },
    bookings: {
      sdl: `
        type Query { booking: Booking }
        type Booking @key(fields: "id") { id: ID! seats: [Seat!]! }
        type Seat
          @key(fields: "place { hall row }", resolvable: false)
          @key(fields: "id place { row chair }", resolvable: true)
          @key(fields: "code", resolvable: false)
          @key(fields: "id", resolvable: false) {
          id: ID! code: ID! place: Place! price: Int! @external
          invoice: String! @requires(fields: "price")
        }
        type Place { hall: ID! row: ID! chair: ID! }`,
      resolvers: {
        Query: { booking: () => ({ id: 'k', seats }) },
        Seat: {
          __resolveReference: (ref: Seat) => {
            const seat = seats.find(({ id, place }) => id === ref.id && place.row === ref.place.row && place.chair === ref.place.chair)
            return seat && { ...seat, price: ref.price }
          },
          invoice: ({ code, price }: Seat) => {
            if (price === undefined) throw new Error('no price')
            return `${code}: ${price}`
          },
        },
      },
    },
  }),
  examples: [
    {
      query: '{ booking { id seats { id price invoice } } }',
      data: {
        booking: {
          id: 'k',
          seats: [
            { id: '1', price: 30, invoice: 'A1: 30' },
            { id: '2', price: 45, invoice: 'A2: 45' },
          ],
        },
      },
      stockFails: FIRST_KEY,
    },
    {
      query: '{ booking { seats { invoice } } }',
      data: { booking: { seats: [{ invoice: 'A1: 30' }, { invoice: 'A2: 45' }] } },
      stockFails: FIRST_KEY,
    },
  ],
}
