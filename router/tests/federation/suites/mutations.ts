import { entity, type Suite } from '../suite.ts'

type Amount = { by: number }

export const suite: Suite = {
  what: 'the root fields of a mutation run one after the other, whichever subgraph they belong to',
  subgraphs: () => {
    const counter = { id: 'c', value: 5 }
    const log: string[] = []
    const change =
      (name: string, next: (value: number, by: number) => number) =>
      (_: unknown, { by }: Amount) => {
        counter.value = next(counter.value, by)
        log.push(`${name} ${by}`)
        return counter.value
      }
    return {
      adds: {
        sdl: `
          type Query { value: Int }
          type Mutation { add(by: Int!): Int fail: Int counter(by: Int!): Counter required: Int! }
          type Counter @key(fields: "id") { id: ID! value: Int }`,
        resolvers: {
          Query: { value: () => counter.value },
          Mutation: {
            add: change('add', (value, by) => value + by),
            counter: (_: unknown, { by }: Amount) => {
              counter.value += by
              return { ...counter }
            },
            fail: () => {
              throw new Error('no')
            },
            required: () => null,
          },
          Counter: entity([counter]),
        },
      },
      multiplies: {
        sdl: `
          type Mutation { multiply(by: Int!): Int log: [String!] }
          type Counter @key(fields: "id") { id: ID! now: Int }`,
        resolvers: {
          Mutation: { multiply: change('multiply', (value, by) => value * by), log: () => log },
          Counter: { ...entity([counter]), now: () => counter.value },
        },
      },
    }
  },
  examples: [
    {
      query: 'mutation { a: add(by: 1) b: multiply(by: 2) c: add(by: 3) d: multiply(by: 10) log }',
      data: { a: 6, b: 12, c: 15, d: 150, log: ['add 1', 'multiply 2', 'add 3', 'multiply 10'] },
    },
    {
      query: 'mutation($by: Int!) { multiply(by: $by) add(by: $by) twice: multiply(by: $by) }',
      variables: { by: 2 },
      data: { multiply: 10, add: 12, twice: 24 },
    },
    { query: 'mutation { fail multiply(by: 2) }', data: { fail: null, multiply: 10 }, errors: ['fail'] },
    { query: 'mutation { add(by: 1) required }', data: null, errors: ['required'] },
    { query: 'mutation { counter(by: 1) { value now } multiply(by: 2) }', data: { counter: { value: 6, now: 6 }, multiply: 12 } },
  ],
}
