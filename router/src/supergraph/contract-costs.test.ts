import assert from 'node:assert/strict'
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
} from 'graphql'
import { committedSupergraph } from './committed.ts'
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
