import { entity, type Suite } from '../suite.ts'

const animals = [
  { __typename: 'Dog', id: 'd1', name: 'Rex', age: 3 },
  { __typename: 'Cat', id: 'c1', name: 'Tom', age: 5 },
]
const never = () => {
  throw new Error('was asked')
}
const provided = animals.map(({ __typename, id, name }) => ({ __typename, id, name: `${name} (provided)` }))

export const suite: Suite = {
  what: '@provides on an object, an interface and a union: provided fields need no second fetch, others do',
  subgraphs: () => ({
    zoo: {
      sdl: `
        type Query {
          star: Dog @provides(fields: "name")
          animals: [Animal] @provides(fields: "... on Dog { name }")
          either: [Either] @provides(fields: "... on Cat { name }")
          plain: Dog
        }
        interface Animal { id: ID! }
        union Either = Dog | Cat
        type Dog implements Animal @key(fields: "id") { id: ID! name: String @external }
        type Cat implements Animal @key(fields: "id") { id: ID! name: String @external }`,
      resolvers: {
        Query: {
          star: () => provided[0],
          animals: () => provided,
          either: () => [provided[1], null, provided[0]],
          plain: () => ({ id: 'd1', name: never }),
        },
        Dog: entity(animals),
        Cat: entity(animals),
      },
    },
    registry: {
      sdl: `
        interface Named { name: String }
        type Dog implements Named @key(fields: "id") { id: ID! name: String @shareable age: Int }
        type Cat implements Named @key(fields: "id") { id: ID! name: String @shareable age: Int }`,
      resolvers: { Dog: entity(animals), Cat: entity(animals) },
    },
  }),
  examples: [
    { query: '{ star { name } }', data: { star: { name: 'Rex (provided)' } } },
    { query: '{ star { id age name } }', data: { star: { id: 'd1', age: 3, name: 'Rex (provided)' } } },
    { query: '{ plain { name } }', data: { plain: { name: 'Rex' } } },
    { query: '{ animals { id ... on Dog { name } } }', data: { animals: [{ id: 'd1', name: 'Rex (provided)' }, { id: 'c1' }] } },
    {
      query: '{ animals { ... on Cat { name } ... on Dog { name age } } }',
      data: { animals: [{ name: 'Rex (provided)', age: 3 }, { name: 'Tom' }] },
    },
    {
      query: '{ either { ... on Cat { name } ... on Dog { name } } }',
      data: { either: [{ name: 'Tom (provided)' }, null, { name: 'Rex' }] },
    },
  ],
}
