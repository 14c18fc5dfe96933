import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, test } from 'node:test'
import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
} from 'graphql'
import { operationCost } from '../operations/cost.ts'
import { ALLOWANCES } from '../operations/cost-charges.ts'
import { LIST_LIMITS } from '../operations/cost-lists.ts'
import { committedExplorerDocument, committedPersistedDocuments, committedSupergraph } from './committed.ts'
import { buildSchemaState, type SchemaState } from './schema-state.ts'

let state: SchemaState
before(async () => {
  state = buildSchemaState(await committedSupergraph())
})

interface Place {
  readonly parent: GraphQLNamedType
  readonly field: GraphQLField<unknown, unknown>
}

const places = (): Place[] =>
  Object.values(state.apiSchema.getTypeMap())
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((parent) => Object.values(parent.getFields()).map((field) => ({ parent, field })))

const isList = ({ type }: GraphQLField<unknown, unknown>) => isListType(isNonNullType(type) ? type.ofType : type)

test('every list of objects in our contract says how long it is', () => {
  const sized = new Set(
    places().flatMap(({ parent, field }) =>
      (state.costs.listSizeOf(parent.name, field.name)?.sizedFields ?? []).map((name) => `${getNamedType(field.type).name}.${name}`),
    ),
  )
  const lists = places().filter(({ field }) => isList(field) && isCompositeType(getNamedType(field.type)))
  const unsized = lists
    .filter(({ parent, field }) => !state.costs.listSizeOf(parent.name, field.name) && !sized.has(`${parent.name}.${field.name}`))
    .map(({ parent, field }) => `${parent.name}.${field.name}`)
  assert.ok(lists.length > 20)
  assert.deepEqual(unsized, [])
})

test('every page of our contract is cut by its arguments, and has 20 items without them', () => {
  const pages = places().filter(
    ({ field }) => field.args.some(({ name }) => name === 'after') && field.args.some(({ name }) => name === 'first'),
  )
  assert.ok(pages.length > 5)
  for (const { parent, field } of pages) {
    const size = state.costs.listSizeOf(parent.name, field.name)
    assert.deepEqual([size?.slicingArguments, size?.assumedSize], [['first', 'last'], 20], `${parent.name}.${field.name}`)
  }
  for (const { parent, field } of places()) {
    for (const { name } of field.args.filter((argument) => argument.name === 'first' || argument.name === 'last'))
      assert.ok(state.costs.listSizeOf(parent.name, field.name)?.slicingArguments.includes(name), `${parent.name}.${field.name}(${name})`)
  }
})

test('what signs in, registers or trades a token is known as such', () => {
  assert.deepEqual([...state.loginFields].sort(), ['refreshSession', 'register', 'requestEmailVerification', 'signIn', 'verifyEmail'])
})

test('what our clients and the explorer send can be paid, with pages of twenty', async () => {
  const [documents, explorer] = await Promise.all([committedPersistedDocuments(), committedExplorerDocument()])
  const texts = [...Object.values(JSON.parse(documents) as Record<string, string>), explorer]
  let counted = 0
  for (const document of texts.map((text) => parse(text))) {
    for (const definition of document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)) {
      const definitions = document.definitions.filter((one) => one === definition || one.kind === Kind.FRAGMENT_DEFINITION)
      const cost = operationCost(state.apiSchema, state.costs, LIST_LIMITS, { ...document, definitions })
      const requested = cost.requested({ first: 20 })
      assert.ok(requested > 0 && requested <= ALLOWANCES.anonymous.operation, `${definition.name?.value}: ${requested}`)
      counted += 1
    }
  }
  assert.ok(counted > 15)
})

test('the example of docs/limits.md costs what it says', async () => {
  const text = await readFile(new URL('../../../docs/limits.md', import.meta.url), 'utf8')
  const [, example = '', said] = /```graphql\n(.*?# += (\d+)\n.*?)```/s.exec(text) ?? []
  const cost = operationCost(state.apiSchema, state.costs, LIST_LIMITS, parse(example))
  assert.equal(cost.requested({ n: 10 }), Number(said))
})
