import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileQuery } from '@vibely/kit/compiled-query'
import { buildSchema } from '@vibely/kit/subgraph'
import {
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  parse,
} from 'graphql'
import { hash } from './random.ts'
import { randomOperation } from './random-operation.ts'

/** Operations for each subgraph; many more with DIFFERENTIAL_OPERATIONS, from another seed with DIFFERENTIAL_SEED. */
const COUNT = Number(process.env.DIFFERENTIAL_OPERATIONS ?? 40)
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1)
const NAMES = ['auth', 'culture', 'social', 'feed'] as const
/** Of a thousand fields so many fail, one way or another; none in the operations of even seeds. */
const FAILURES = 60

interface Thing {
  readonly place: string
}

/** A schema of ours whose every value follows from its place: at once or later, and sometimes not at all. */
function schemaOf(name: (typeof NAMES)[number], withFaults: () => boolean): GraphQLSchema {
  const sdl = readFileSync(fileURLToPath(import.meta.resolve(`@vibely/schema/${name}.graphql`)), 'utf8')
  const schema = buildSchema(parse(sdl), {})
  const chance = (place: string, thousandths: number) => hash(place) % 1_000 < thousandths

  function value(type: GraphQLOutputType, place: string): unknown {
    if (withFaults() && chance(`fails ${place}`, FAILURES)) return failure(place)
    if (!isNonNullType(type) && chance(`null ${place}`, 80)) return null
    const made = present(getNullableType(type), place)
    return chance(`later ${place}`, 200) ? Promise.resolve(made) : made
  }
  function failure(place: string): unknown {
    const kind = hash(`kind ${place}`) % 4
    if (kind === 0) return null
    if (kind === 1) throw new Error(`thrown at ${place}`)
    if (kind === 2) return Promise.reject(new GraphQLError(`refused at ${place}`, { extensions: { code: 'FORBIDDEN' } }))
    return new Error(`given at ${place}`)
  }
  function present(type: GraphQLOutputType, place: string): unknown {
    if (isListType(type)) {
      // Async items: where one fails at once, graphql-js leaves the others' rejections to nobody.
      return Array.from({ length: hash(`length ${place}`) % 4 }, async (_, index) => value(type.ofType, `${place}.${index}`))
    }
    if (isEnumType(type)) return type.getValues()[hash(place) % type.getValues().length]?.value
    if (!isScalarType(type)) return { place } satisfies Thing
    return { Int: hash(place) % 1_000, Float: (hash(place) % 1_000) / 8, Boolean: chance(place, 500) }[type.name] ?? `text ${hash(place)}`
  }

  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isAbstractType(type)) {
      const possible = schema.getPossibleTypes(type).map((one) => one.name)
      type.resolveType = ({ place }: Thing) => {
        const chosen = possible[hash(`type ${place}`) % possible.length]
        return chance(`late type ${place}`, 200) ? Promise.resolve(chosen) : chosen
      }
    }
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields()))
      field.resolve = (source: Thing | undefined, args) =>
        value(field.type, `${source?.place ?? ''}.${type.name}.${field.name}${JSON.stringify(args)}`)
  }
  return schema
}

/** Errors by the null that they explain. Which of the fields below a null was the first to fail is chance, also in graphql-js. */
function explained({ data, errors = [] }: ExecutionResult): Readonly<Record<string, string>> {
  const places: Record<string, string> = {}
  for (const error of errors) {
    const path = error.path ?? []
    let at: unknown = data
    let depth = 0
    while (at !== null && depth < path.length) at = (at as Record<string | number, unknown>)[path[depth++] as string | number]
    assert.equal(at, null, `an error at ${path.join('.')}, where there is no null`)
    places[path.slice(0, depth).join('.')] = depth === path.length ? JSON.stringify(error.toJSON()) : 'from below'
  }
  return places
}

describe('compiled execution answers random operations as graphql-js does', () => {
  for (const name of NAMES) {
    test(name, async () => {
      let seed = SEED
      const schema = schemaOf(name, () => seed % 2 === 1)
      let failed = 0
      for (; seed < SEED + COUNT; seed += 1) {
        const { query, variables } = randomOperation(schema, seed)
        const document = parse(query)
        const compiled = compileQuery(schema, document, null)
        assert.ok(compiled, query)
        const expected = await execute({ schema, document, variableValues: variables })
        const result = await compiled(undefined, variables)
        assert.equal(JSON.stringify(result.data), JSON.stringify(expected.data), `seed ${seed}\n${query}`)
        assert.deepEqual(explained(result), explained(expected), `seed ${seed}\n${query}`)
        if (expected.errors) failed += 1
      }
      assert.ok(failed > 0, 'the faults showed nowhere')
    })
  }
})
