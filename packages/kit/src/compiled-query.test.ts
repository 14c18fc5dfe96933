import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ExecutionResult, execute, GraphQLError, GraphQLScalarType, type GraphQLSchema, parse, validate } from 'graphql'
import { compileQuery } from './compiled-query.ts'
import { buildSchema } from './subgraph.ts'

const SDL = parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
  scalar Odd
  enum Colour { RED GREEN }
  input Deep { n: Int = 7, tags: [String!], inner: Deep }
  interface Named { name: String! near: Named }
  type Query { thing(id: ID = "root"): Thing things: [Thing!] strict: Thing! any: Either named: [Named] args(n: Int = 3, deep: Deep, list: [Int!]): String }
  type Thing implements Named @key(fields: "id") {
    id: ID! name: String! near: Named again: Thing strictly: Thing! list: [Thing] strictList: [Thing!]! matrix: [[Int!]]
    odd: Odd colour: Colour count: Int! ratio: Float flag: Boolean either: [Either!] args(n: Int = 3, deep: Deep, list: [Int!]): String
  }
  type Other implements Named { name: String! near: Named other: Int thing: Thing }
  union Either = Thing | Other`)

/** What a value is, each time it is asked for: derived from its place, so that both executors meet the same. */
type Mood = (path: string) => number

const odd = new GraphQLScalarType({
  name: 'Odd',
  serialize(value) {
    if (value === 13) throw new GraphQLError('unlucky', { extensions: { code: 'BAD_USER_INPUT' } })
    return value === 11 ? undefined : { written: value }
  },
})

/** Objects that fail, wait and lie in every way that a resolver can. */
function schemaOf(mood: Mood): GraphQLSchema {
  const value = (path: string, good: () => unknown): unknown => {
    switch (mood(path) % 16) {
      case 0:
        return null
      case 1:
        throw new Error(`thrown at ${path}`)
      case 2:
        return Promise.reject(new GraphQLError(`refused at ${path}`, { extensions: { code: 'FORBIDDEN' } }))
      case 3:
        return new Error(`given at ${path}`)
      case 4:
        return undefined
      case 5:
      case 6:
        return Promise.resolve().then(good)
      case 7:
        return new Promise((resolve) => setImmediate(() => resolve(good())))
      default:
        return good()
    }
  }
  const either = (path: string) => (mood(`${path}?`) % 2 === 0 ? thing(path) : other(path))
  const list = (path: string, make: (path: string) => unknown) =>
    Array.from({ length: mood(`${path}#`) % 4 }, (_, index) => {
      const place = `${path}.${index}`
      // Promises all: where one fails at once, graphql-js leaves the others' rejections to nobody.
      return (async () => value(place, () => make(place)))()
    })
  const other = (path: string): object => ({
    __typename: 'Other',
    path,
    name: () => value(`${path}.name`, () => 'other'),
    get other() {
      return value(`${path}.other`, () => mood(path) % 3 || 'no number')
    },
    near: () => value(`${path}.near`, () => either(`${path}.near`)),
    thing: () => value(`${path}.thing`, () => thing(`${path}.thing`)),
  })
  const thing = (path: string): object => ({
    __typename: mood(`${path}@`) % 40 === 0 ? 'Nothing' : 'Thing',
    path,
    id: path,
    name: mood(`${path}.name`) % 9 === 0 ? Promise.resolve('later') : 'thing',
    odd: [11, 13, 1, null, Promise.resolve(2)][mood(`${path}.odd`) % 5],
    colour: ['RED', 'GREEN', 'BLUE'][mood(`${path}.colour`) % 3],
    count: mood(`${path}.count`) % 7 === 0 ? null : mood(path) % 100,
    ratio: [1.5, '2.5', 'x', Number.NaN][mood(`${path}.ratio`) % 4],
    flag: [true, false, 1, 'yes'][mood(`${path}.flag`) % 4],
    matrix: () => value(`${path}.matrix`, () => [[1, 2], null, [3, null], [Promise.resolve(4)], 5]),
    args: (given: object) => JSON.stringify(given),
  })
  const child = (name: string, make: (path: string) => unknown) => (source: { path: string }) =>
    value(`${source.path}.${name}`, () => make(`${source.path}.${name}`))
  const resolvers = {
    Odd: odd,
    Query: {
      thing: (_: unknown, { id }: { id: string }) => value(id, () => thing(id)),
      things: () => value('things', () => new Set(list('things', thing))),
      strict: () => value('strict', () => thing('strict')),
      any: () => value('any', () => either('any')),
      named: () => value('named', () => list('named', either)),
      args: (_: unknown, given: object) => JSON.stringify(given),
    },
    Thing: {
      near: child('near', either),
      again: child('again', thing),
      strictly: child('strictly', thing),
      list: child('list', (path) => list(path, thing)),
      strictList: child('strictList', (path) => list(path, thing)),
      either: child('either', (path) => (mood(path) % 9 === 0 ? 'no list' : list(path, either))),
      __resolveReference: ({ id }: { id: string }) => value(`entity ${id}`, () => thing(`entity ${id}`)),
    },
    Named: {
      __resolveType: ({ __typename }: { __typename: string }) => (__typename.length % 2 ? Promise.resolve(__typename) : __typename),
    },
  }
  return buildSchema(SDL, resolvers)
}

const LEAVES = ['id', 'name', 'odd', 'colour', 'count', 'ratio', 'flag', 'matrix', '__typename', 'args', 'aka: name']
const ARGUMENTS = ['args(n: $n)', 'a: args(deep: { n: $n, inner: { tags: ["x"] } }, list: [1, 2])', 'b: args(n: null, list: $list)']
const CONDITIONS = ['', '', '', ' @include(if: $on)', ' @skip(if: $on)', ' @include(if: $off)', ' @skip(if: true)']

/** A valid selection of Things, as deep as asked. */
const thingSelection = (depth: number): fc.Arbitrary<string> => {
  const leaf = fc.tuple(fc.constantFrom(...LEAVES, ...ARGUMENTS), fc.constantFrom(...CONDITIONS)).map((parts) => parts.join(''))
  if (depth === 0) return fc.uniqueArray(leaf, { minLength: 1, maxLength: 4, selector: nameOf }).map((parts) => parts.join(' '))
  const below = thingSelection(depth - 1)
  const object = fc
    .tuple(fc.constantFrom('again', 'strictly', 'list', 'strictList', 'x: again'), fc.constantFrom(...CONDITIONS), below)
    .map(([name, condition, inner]) => `${name}${condition} { ${inner} }`)
  const abstract = fc
    .tuple(fc.constantFrom('near', 'either'), below)
    .map(([name, inner]) => `${name} { __typename ... on Thing { ${inner} } ... on Other { o: other name near { name } } ...N }`)
  const fragment = fc.tuple(fc.constantFrom(...CONDITIONS), fc.constantFrom('...T', '... on Named { name }', '... { id }'))
  const spread = fragment.map(([condition, text]) => text.replace(/^(\.\.\.(?:T| on Named)?)/, `$1${condition}`))
  return fc
    .uniqueArray(fc.oneof(leaf, leaf, object, abstract, spread), { minLength: 1, maxLength: 5, selector: nameOf })
    .map((parts) => parts.join(' '))
}

const nameOf = (text: string) => /^[.]*[A-Za-z_: ]+/.exec(text)?.[0]

const document = fc.tuple(thingSelection(2), thingSelection(1)).map(
  ([deep, flat]) => `query Q($n: Int, $list: [Int!], $on: Boolean!, $off: Boolean = false, $of: [_Any!]!) {
    thing { ${deep} } strange: thing(id: "other") { ${flat} } things { ${flat} } any { ... on Thing { ${flat} } ... on Other { other thing { id } } }
    used: args(n: $n, list: $list) on: __typename @include(if: $on) off: __typename @include(if: $off)
    named { name near { name ... on Thing { ${flat} } } } args(n: $n)
    _entities(representations: $of) { ... on Thing { ${flat} } }
  } fragment T on Thing { id flag again { id } } fragment N on Named { name ... on Thing { count } }`,
)

// What a schema's author did wrong is told in other words.
const OWN_WORDS = /^Abstract type "\w+" (must resolve|was resolved)|^Expected `Odd\.serialize|^Odd cannot be written/
const told = (error: GraphQLError) =>
  JSON.stringify({ ...error.toJSON(), ...(OWN_WORDS.test(error.message) && { message: 'wrong schema' }) })

/** Errors by the null that they explain. Which of the non-null fields below a null was the first to fail is chance, also in graphql-js. */
function explained({ data, errors = [] }: ExecutionResult): Record<string, string> {
  const places: Record<string, string> = {}
  for (const error of errors) {
    let value: unknown = data
    const place: (string | number)[] = []
    for (const key of error.path ?? []) {
      if (value === null) break
      value = (value as Record<string | number, unknown>)[key]
      place.push(key)
    }
    assert.equal(value, null, told(error))
    places[place.join('.')] = place.length === error.path?.length ? told(error) : 'from below'
  }
  return places
}

test('answers, nulls and errors are those of graphql-js, whatever resolvers do', async () => {
  let compared = 0
  let failed = 0
  await fc.assert(
    fc.asyncProperty(document, fc.integer(), fc.boolean(), fc.option(fc.integer({ max: 5 })), async (text, seed, on, n) => {
      const often = seed % 3 === 0
      const mood: Mood = (path) => {
        let hash = seed
        for (const letter of path) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0
        const drawn = Math.abs(hash >> 3)
        // Where everything fails, nothing below is reached.
        return often || drawn % 29 === 0 ? drawn : 8 + (drawn % 8)
      }
      const schema = schemaOf(mood)
      const parsed = parse(text)
      if (validate(schema, parsed).length > 0) return
      compared += 1
      const variables = { n, on, list: [1, 2], of: ['a', 'b'].map((id) => ({ __typename: 'Thing', id })) }
      const compiled = compileQuery(schema, parsed, undefined)
      assert.ok(compiled)
      const expected = await execute({ schema, document: parsed, variableValues: variables, contextValue: {} })
      for (let round = 0; round < 2; round += 1) {
        const result: ExecutionResult = await compiled({}, variables)
        assert.equal(JSON.stringify(result.data), JSON.stringify(expected.data))
        assert.deepEqual(explained(result), explained(expected))
      }
      if (expected.errors) failed += 1
    }),
    { numRuns: 200 },
  )
  assert.ok(compared > 30 && failed > 10, `${failed} of ${compared} had errors`)
})

test('a null where none is allowed goes up to the next place that allows one', async () => {
  const small = parse('type Query { top: Top fine: Int! } type Top { list: [Item!] } type Item { id: Int! next: Item! }')
  const schema = buildSchema(small, {
    Query: {
      top: () => ({
        list: [
          { id: 1, next: { id: 2 } },
          { id: 3, next: Promise.resolve({ id: null }) },
        ],
      }),
      fine: () => 1,
    },
  })
  const result = await compileQuery(schema, parse('{ top { list { id next { id } } } fine }'), null)?.({}, {})
  assert.deepEqual(JSON.parse(JSON.stringify(result)), {
    errors: [
      {
        message: 'Cannot return null for non-nullable field Item.id.',
        locations: [{ line: 1, column: 26 }],
        path: ['top', 'list', 1, 'next', 'id'],
      },
    ],
    data: { top: { list: null }, fine: 1 },
  })
})

test('what fails at once waits for the others, and leaves nothing behind', async () => {
  let ended = 0
  const schema = buildSchema(parse('type Query { top: Top } type Top { slow: Int! broken: Int! items: [Int!] }'), {
    Query: { top: () => ({ items: () => [Promise.reject(new Error('late')), null] }) },
    Top: {
      slow: () =>
        new Promise((_, reject) =>
          setImmediate(() => {
            ended += 1
            reject(new Error('slow'))
          }),
        ),
      broken: () => {
        throw new Error('broken')
      },
    },
  })
  const both = await compileQuery(schema, parse('{ top { slow broken } }'), null)?.({}, {})
  assert.deepEqual([both?.data, both?.errors?.map(({ message }) => message), ended], [{ top: null }, ['broken'], 1])
  const list = await compileQuery(schema, parse('{ top { items } }'), null)?.({}, {})
  assert.deepEqual([list?.data, list?.errors?.length], [{ top: { items: null } }, 1])
})

test('variables that are not usable refuse the request, as graphql-js does', async () => {
  const schema = schemaOf(() => 8)
  const parsed = parse('query ($n: Int!, $on: Boolean!) { args(n: $n) thing @include(if: $on) { id } }')
  const compiled = compileQuery(schema, parsed, null)
  for (const variables of [{}, { n: 'x', on: true }, { n: 1, on: 2 }, { n: null, on: false }]) {
    const expected = await execute({ schema, document: parsed, variableValues: variables })
    assert.deepEqual(JSON.parse(JSON.stringify(await compiled?.({}, variables))), JSON.parse(JSON.stringify(expected)))
    assert.ok(!('data' in expected))
  }
})

test('the operation that was named runs; what is no query, or asks for the schema, is left to graphql-js', async () => {
  const schema = schemaOf(() => 8)
  const parsed = parse('query A { thing { id } } query B { args }')
  assert.deepEqual(await compileQuery(schema, parsed, 'B')?.({}, {}), { data: { args: '{"n":3}' } })
  assert.equal(compileQuery(schema, parsed, null), null)
  assert.equal(compileQuery(schema, parsed, 'C'), null)
  for (const text of ['{ __schema { types { name } } }', '{ __type(name: "Thing") { name } }', 'mutation { a }', '{ __proto__: args }'])
    assert.equal(compileQuery(schema, parse(text), null), null, text)
})

test('a resolver may change its arguments: the next call has its own', async () => {
  const SMALL = parse('type Query { a(tags: Int = 1): Int b: [Item] } type Item { a(n: Int = 1): Int }')
  const count = (_: unknown, given: { n: number }) => {
    given.n += 1
    return given.n
  }
  const schema = buildSchema(SMALL, { Query: { b: () => [{}, {}, {}] }, Item: { a: count } })
  const { data } = (await compileQuery(schema, parse('{ b { a } }'), null)?.({}, {})) ?? {}
  assert.deepEqual(data, { b: [{ a: 2 }, { a: 2 }, { a: 2 }] })
})

test('resolvers are told of their field what graphql-js tells them', async () => {
  const told: unknown[] = []
  const schema = buildSchema(parse('type Query { list: [Item] } type Item { self(n: Int): Item }'), {
    Query: { list: () => [{}, {}] },
    Item: {
      self: (source: unknown, given: unknown, context: unknown, info: object) => {
        told.push([source, given, context, { ...info, schema: null }])
        return { self: source }
      },
    },
  })
  const parsed = parse('query ($n: Int) { list { me: self(n: $n) { self { __typename } } } }')
  await compileQuery(schema, parsed, null)?.({ who: 'ada' }, { n: 1 })
  const own = told.splice(0)
  await execute({ schema, document: parsed, contextValue: { who: 'ada' }, variableValues: { n: 1 } })
  assert.equal(own.length, 4)
  assert.deepEqual(JSON.parse(JSON.stringify(own)), JSON.parse(JSON.stringify(told)))
})
