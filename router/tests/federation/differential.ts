import assert from 'node:assert/strict'
import { scrub } from '@vibely/kit/errors'
import { ANONYMOUS, type Caller } from '@vibely/kit/viewer'
import { executeSync, type GraphQLError, type GraphQLSchema, parse } from 'graphql'
import type { Answer } from '../../src/execution/answer.ts'
import { run } from '../../src/execution/run.ts'
import { DEFAULT_LIMITS } from '../../src/operations/limit-settings.ts'
import { type Operations, openOperations } from '../../src/operations/prepare.ts'
import type { Plan } from '../../src/planning/planner.ts'
import type { SchemaState } from '../../src/supergraph/schema-state.ts'
import { failingResolvers, faulty } from './faults.ts'
import { type ExecutorFactory, silent } from './harness.ts'
import { hashingSources } from './hashing-source.ts'
import { type RandomOperation, randomOperation, TYPED } from './random-operation.ts'
import { NOTHING, withoutConditions } from './without-conditions.ts'

export interface Differential {
  readonly state: SchemaState
  readonly left: ExecutorFactory
  readonly right: ExecutorFactory
  /** Where the right side plans, if not in `state`. */
  readonly rightState?: SchemaState
  readonly caller?: Caller
  /** See `randomOperation`. */
  readonly thorny?: boolean
}

/** Runs the operations of some seeds through two executors over the same sources. @throws AssertionError with the operation that they answer differently */
export async function compareExecutors(
  { state, left, right, rightState = state, caller = ANONYMOUS, thorny = false }: Differential,
  seeds: Iterable<number>,
  withFaults: boolean,
): Promise<{ readonly operations: number; readonly errors: number }> {
  const outcome = { operations: 0, errors: 0 }
  const operationsOf = new Map([state, rightState].map((one) => [one, openOperations(one, { introspection: true, limits: GENEROUS })]))
  const sound = hashingSources(state)
  for (const seed of seeds) {
    const random = randomOperation(state.apiSchema, seed, !withFaults && seed % 2 === 0, thorny)
    // Without faults the other side plans and runs the operation with its conditions decided, which says the same.
    const plain = withFaults ? random : withoutConditions(state.apiSchema, random)
    const sources = withFaults ? hashingSources(state, failingResolvers(seed)).map((source) => faulty(source, seed)) : sound
    const answer = async (open: ExecutorFactory, at: SchemaState, { query, variables }: RandomOperation) => {
      const operation = await (operationsOf.get(at) as Operations).prepare(query, null, caller.viewer)
      const signal = new AbortController().signal
      return {
        operation,
        answer: await run(state.apiSchema, open(at, sources, silent), silent, { operation, variables, caller, signal }),
      }
    }
    const { answer: expected } = await answer(left, state, plain)
    const { answer: other, operation } = await answer(right, rightState, random)
    const what = `seed ${seed}\n${random.query}\n${JSON.stringify(random.variables)}`
    if (withFaults && requiresMuch(operation.plan)) assertNulled(expected, other, what)
    else assertSame(expected, other, what)
    assertPlaces(other, random)
    if (!withFaults && seed % 2 === 0) assertOrder(state.apiSchema, other, random)
    outcome.operations += 1
    outcome.errors += other.errors.length
  }
  return outcome
}

/** Fragments that are spread often count often. */
const DOCUMENT = {
  tokens: 5_000,
  depth: 40,
  aliases: 500,
  rootFields: 200,
  directivesPerPlace: 5,
  directives: 1_000,
  selections: 20_000,
  repeats: 1_000,
}
const ALLOWANCE = { ...DEFAULT_LIMITS.allowances.session, operation: Number.MAX_SAFE_INTEGER }
const GENEROUS = { ...DEFAULT_LIMITS, document: DOCUMENT, allowances: { session: ALLOWANCE, anonymous: ALLOWANCE } }

function assertSame(left: Answer, right: Answer, what: string): void {
  assert.deepEqual(parsed(right), parsed(left), `data differs, ${what}\n${JSON.stringify(left.errors)}\n${JSON.stringify(right.errors)}`)
  assert.deepEqual(summary(right.errors), summary(left.errors), `errors differ, ${what}`)
}

/** Whether fetches require fields inside of objects, or by a condition. */
const requiresMuch = (plan: Plan): boolean => {
  const text = JSON.stringify(plan)
  return /"requires":[^!]*?"selections":\[[^!]*?"selections":/.test(text) || /@(skip|include)/.test(text)
}

/**
 * Where a part of what is required could not be had, the executors differ in what they send instead: the stock one null for the object
 * around it, or no entity at all, where ours may send the rest. What both have is the same.
 */
function assertNulled(left: Answer, right: Answer, what: string): void {
  const walk = (one: unknown, other: unknown): boolean => {
    if (one === null || other === null) return true
    if (typeof one !== 'object' || typeof other !== 'object') return one === other
    return Object.entries(one as object).every(([name, value]) => walk(value, (other as Record<string, unknown>)[name]))
  }
  assert.ok(walk(parsed(left) ?? null, parsed(right) ?? null), `more than nulls differs, ${what}\n${left.data}\n${right.data}`)
}

const parsed = ({ data }: Answer): unknown =>
  data === undefined ? undefined : JSON.parse(data, (name, value: unknown) => (name === NOTHING ? undefined : value))

/** What errors say, as a set. List indexes are left out: the stock executor counts entities that it did not ask for. */
const summary = (errors: readonly GraphQLError[]): readonly string[] =>
  [
    ...new Set(
      errors.map((error) => {
        const { path, extensions } = scrub(error.toJSON())
        return `${path?.map((part) => (typeof part === 'number' ? '@' : part)).join('.')} ${extensions?.code}`
      }),
    ),
  ].sort()

/** The path of an error can be walked in the answer, up to what is null. */
function assertPlaces({ data, errors }: Answer, { query }: RandomOperation): void {
  const root: unknown = data === undefined ? null : JSON.parse(data)
  for (const { path } of errors) {
    let at = root
    for (const part of path ?? []) {
      if (at === null || at === undefined) break
      const fits = Array.isArray(at) ? typeof part === 'number' && part < at.length : typeof at === 'object' && typeof part === 'string'
      assert.ok(fits, `an error at ${path?.join('.')}, which is no place of the answer\n${query}`)
      at = (at as Record<string | number, unknown>)[part]
    }
  }
}

/** The text of the answer is what graphql-js makes of the same data: fields stand in the order of the operation. */
function assertOrder(schema: GraphQLSchema, { data }: Answer, { query, variables }: RandomOperation): void {
  if (data === undefined || data === 'null') return
  const result = executeSync({
    schema,
    document: parse(query),
    rootValue: JSON.parse(data),
    variableValues: variables,
    fieldResolver: (source: Record<string, unknown>, _, __, { path }) => source[path.key],
    typeResolver: (source: Record<string, string>) => source[TYPED],
  })
  assert.equal(data, JSON.stringify(result.data), `another order than graphql-js', ${query}`)
}
