import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, type GraphQLSchema, parse } from 'graphql'
import { compileQuery } from './compiled-query.ts'
import { buildSchema } from './subgraph.ts'

const SDL = parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  type Query { none: Int }
  interface Medium @key(fields: "id") { id: ID! }
  type Book implements Medium @key(fields: "id") { id: ID! title: String }
  type Film implements Medium @key(fields: "id") { id: ID! title: String }
  type Shelf @key(fields: "id") { id: ID! }`)

/** @param given how a resolver hands over what it found */
const resolvers = (given: (value: () => unknown) => unknown) => ({
  Book: {
    __resolveReference: ({ id }: { id: string }) =>
      given(() => {
        if (id === 'broken') throw new Error('broken')
        return (
          { frozen: Object.freeze({ title: 'frozen' }), null: null, nothing: undefined, error: new Error('an error') }[id] ?? {
            id,
            title: id,
          }
        )
      }),
  },
  Film: { __resolveReference: ({ id }: { id: string }) => given(() => ({ __typename: 'Book', id, title: `filmed ${id}` })) },
  Medium: {
    __resolveReference: ({ id }: { id: string }) => given(() => ({ id, title: 'either' })),
    __resolveType: ({ id }: { id: string }) => (id === 'film' ? 'Film' : 'Book'),
  },
})

const QUERY = parse(`query ($of: [_Any!]!) {
  _entities(representations: $of) { __typename ... on Book { id title } ... on Film { id title } ... on Shelf { id } }
}`)

const asked = (ids: readonly string[]) => ids.map((id) => ({ __typename: 'Book', id }))
const MIXED = [
  ...asked(['a', 'null', 'nothing', 'error', 'frozen', 'a']),
  { __typename: 'Film', id: 'f' },
  { __typename: 'Shelf', id: 's' },
  { __typename: 'Medium', id: 'film' },
  { __typename: 'Medium', id: 'book' },
]

async function answered(schema: GraphQLSchema, of: readonly object[]): Promise<unknown> {
  const compiled = await compileQuery(schema, QUERY, null)?.({}, { of })
  const executed = await execute({ schema, document: QUERY, variableValues: { of } })
  assert.deepEqual(JSON.parse(JSON.stringify(compiled)), JSON.parse(JSON.stringify(executed)))
  return JSON.parse(JSON.stringify(executed))
}

test('entities are those that the library resolves, awaited or at once', async () => {
  const later = async (value: () => unknown) => value()
  const ofLibrary = buildSubgraphSchema([{ typeDefs: SDL, resolvers: resolvers(later) }] as never)
  for (const references of [MIXED, asked(['broken', 'a'])]) {
    const expected = await answered(ofLibrary, references)
    assert.deepEqual(await answered(buildSchema(SDL, resolvers(later)), references), expected)
    assert.deepEqual(
      await answered(
        buildSchema(
          SDL,
          resolvers((value) => value()),
        ),
        references,
      ),
      expected,
    )
  }
})

test('what is found at once is answered at once', () => {
  const result = compileQuery(
    buildSchema(
      SDL,
      resolvers((value) => value()),
    ),
    QUERY,
    null,
  )?.({}, { of: asked(['a', 'b']) })
  assert.ok(!(result instanceof Promise))
  assert.deepEqual(JSON.parse(JSON.stringify(result)).data._entities[1], { __typename: 'Book', id: 'b', title: 'b' })
})

test('a type that there is not fails alone', async () => {
  const given = await answered(
    buildSchema(
      SDL,
      resolvers((value) => value()),
    ),
    [{ __typename: 'Nobody', id: '1' }, ...asked(['a'])],
  )
  const { data, errors } = given as { data: { _entities: unknown[] }; errors: { path: unknown }[] }
  assert.deepEqual(data._entities, [null, { __typename: 'Book', id: 'a', title: 'a' }])
  assert.deepEqual(
    errors.map(({ path }) => path),
    [['_entities', 0]],
  )
})
