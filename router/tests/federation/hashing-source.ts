import {
  type DirectiveNode,
  type DocumentNode,
  execute,
  type GraphQLFieldResolver,
  type GraphQLFormattedError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { requestVariables, type Source, type SubgraphAnswer } from '../../src/sources/source.ts'
import { loadSupergraph } from '../../src/supergraph/load.ts'
import type { SchemaState } from '../../src/supergraph/schema-state.ts'
import type { Fails } from './faults.ts'
import { hash } from './random.ts'

/** An object of the world that all subgraphs agree on: entities of one number are the same thing, whatever type a subgraph knows it as. */
interface Thing {
  readonly number: number
  /** What the router sent for it: fields that require a part of it depend on that. */
  readonly sent?: unknown
}

const THINGS = 24
const keyText = (number: number) => `key~${number}`

/**
 * Subgraphs that answer any fetch: each value follows from the thing, the field and the arguments, so that every subgraph that shares a field
 * says the same, and one that requires a field says something else when it gets another value; but not where resolvers may fail, because
 * what is left out then is a matter of taste.
 */
export const hashingSources = (state: SchemaState, fails?: Fails): readonly Source[] => {
  const keyFields = keyFieldsOf(state.supergraphSchema)
  return subgraphSchemas(state).map(({ name, schema }) => hashingSource(name, schema, keyFields, fails))
}

const known = new WeakMap<SchemaState, readonly { readonly name: string; readonly schema: GraphQLSchema }[]>()

function subgraphSchemas(state: SchemaState) {
  const schemas =
    known.get(state) ??
    [...loadSupergraph(state.executionSdl, false).subgraphs().values()].map(({ name, schema }) => ({
      name,
      schema: schema.toGraphQLJSSchema(),
    }))
  known.set(state, schemas)
  return schemas
}

function hashingSource(name: string, schema: GraphQLSchema, keyFields: ReadonlySet<string>, fails: Fails | undefined): Source {
  const fieldResolver = resolver(schema, keyFields, fails)
  const documents = new Map<string, DocumentNode>()
  return {
    name,
    async fetch(request): Promise<SubgraphAnswer> {
      const document = documents.get(request.query) ?? valid(name, schema, request.query)
      documents.set(request.query, document)
      const result = await execute({
        schema,
        document,
        rootValue: { number: 0 },
        variableValues: requestVariables(request),
        fieldResolver,
        typeResolver: (value, _, info, type) => {
          const possible = info.schema.getPossibleTypes(type).map((one) => one.name)
          const { typeName, number } = value as Thing & { typeName?: string }
          const wanted = typeName !== undefined && possible.includes(typeName) ? [typeName] : possible
          return wanted.toSorted()[hash(`type ${number}`) % wanted.length]
        },
      })
      // As over HTTP: plain objects, and errors as GraphQL formats them.
      return JSON.parse(JSON.stringify(result)) as { data: Record<string, unknown>; errors?: GraphQLFormattedError[] }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function valid(name: string, schema: GraphQLSchema, query: string): DocumentNode {
  const document = parse(query)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new Error(`${name} was sent ${query}: ${errors.join(', ')}`)
  return document
}

function resolver(schema: GraphQLSchema, keyFields: ReadonlySet<string>, fails: Fails | undefined): GraphQLFieldResolver<Thing, unknown> {
  return (thing, args, _, { fieldName, returnType, parentType }) => {
    if (fieldName === '_entities') {
      return (args.representations as Record<string, unknown>[]).map((one) => entityOf(schema, one, keyFields))
    }
    fails?.(`${thing.number} ${parentType.name}.${fieldName}`)
    const requires = parentType.getFields()[fieldName]?.astNode?.directives?.find((one) => directiveIs(one, 'requires'))
    const required = requires && !fails ? canonical(partOf(thing.sent, fieldSetOf(requires))) : ''
    const seed = `${thing.number} ${fieldName} ${JSON.stringify(args)}${required}`
    return valueFor(returnType, seed, keyFields.has(`${parentType.name}.${fieldName}`) ? thing.number : undefined)
  }
}

function valueFor(type: GraphQLOutputType, seed: string, key: number | undefined): unknown {
  if (isNonNullType(type)) return someValue(type.ofType, seed, key)
  return key === undefined && hash(`null ${seed}`) % 8 === 0 ? null : someValue(type, seed, key)
}

function someValue(type: GraphQLOutputType, seed: string, key: number | undefined): unknown {
  if (isListType(type)) {
    const length = key === undefined ? hash(`length ${seed}`) % 4 : 1
    return Array.from({ length }, (_, index) => valueFor(type.ofType, `${seed}[${index}]`, key))
  }
  const named = getNamedType(type)
  if (isLeafType(named)) return leafOf(named, seed, key)
  return { number: key ?? hash(`thing ${seed}`) % THINGS } satisfies Thing
}

function leafOf(type: GraphQLNamedType, seed: string, key: number | undefined): unknown {
  const value = hash(seed)
  if (isEnumType(type))
    return type.getValues().toSorted((a, b) => a.name.localeCompare(b.name))[(key ?? value) % type.getValues().length]?.name
  switch (type.name) {
    case 'Int':
      return key ?? value % 1000
    case 'Float':
      return key ?? (value % 1000) / 8
    case 'Boolean':
      return value % 2 === 0
    default:
      return key === undefined ? `text ${value}` : keyText(key)
  }
}

/** The thing that a representation names: its keys tell the number. */
function entityOf(
  schema: GraphQLSchema,
  representation: Record<string, unknown>,
  keyFields: ReadonlySet<string>,
): (Thing & { typeName: string }) | null {
  const typeName = String(representation.__typename)
  const type = schema.getType(typeName)
  const number = numberIn(representation, typeName, keyFields)
  if (number === undefined || number === 23) return null
  return { number, sent: representation, typeName: isAbstractType(type) ? '' : typeName }
}

function numberIn(value: unknown, typeName: string, keyFields: ReadonlySet<string>): number | undefined {
  for (const [name, inner] of Object.entries(value as object)) {
    if (!keyFields.has(`${typeName}.${name}`)) continue
    const found = /key~(\d+)/.exec(JSON.stringify(inner))?.[1] ?? /^\d+$/.exec(String(inner))?.[0]
    if (found !== undefined) return Number(found)
  }
  return undefined
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => a.localeCompare(b)))
      : inner,
  )

/** The parts of what was sent that a field set names. */
function partOf(value: unknown, set: SelectionSetNode): unknown {
  if (Array.isArray(value)) return value.map((item) => partOf(item, set))
  if (typeof value !== 'object' || value === null) return value
  const part: Record<string, unknown> = {}
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) Object.assign(part, partOf(value, selection.selectionSet))
    if (selection.kind !== Kind.FIELD) continue
    const inner = (value as Record<string, unknown>)[selection.name.value]
    if (inner !== undefined) part[selection.name.value] = selection.selectionSet ? partOf(inner, selection.selectionSet) : inner
  }
  return part
}

function fieldSetOf(directive: DirectiveNode): SelectionSetNode {
  const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value
  const [definition] = parse(fields?.kind === Kind.STRING ? `{ ${fields.value} }` : '{ __typename }').definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no field set')
  return definition.selectionSet
}

const directiveIs = ({ name }: DirectiveNode, wanted: string) => name.value === wanted || name.value === `federation__${wanted}`

/** Coordinates of all fields in keys of any subgraph, with those of the objects inside them. */
function keyFieldsOf(supergraph: GraphQLSchema): ReadonlySet<string> {
  const found = new Set<string>()
  for (const type of Object.values(supergraph.getTypeMap())) {
    for (const directive of type.astNode?.directives ?? []) {
      if (directive.name.value !== 'join__type') continue
      const key = directive.arguments?.find(({ name }) => name.value === 'key')?.value
      if (key?.kind === Kind.STRING) addKey(supergraph, type.name, parse(`{ ${key.value} }`), found)
    }
  }
  return found
}

function addKey(supergraph: GraphQLSchema, typeName: string, document: DocumentNode, found: Set<string>): void {
  const walk = (name: string, set: SelectionSetNode) => {
    const type = supergraph.getType(name)
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.typeCondition?.name.value ?? name, selection.selectionSet)
      if (selection.kind !== Kind.FIELD || !type || !('getFields' in type)) continue
      found.add(`${name}.${selection.name.value}`)
      // An implementation has the keys of its interface.
      if (isAbstractType(type)) for (const one of supergraph.getPossibleTypes(type)) found.add(`${one.name}.${selection.name.value}`)
      const inner = (type.getFields()[selection.name.value] as { type?: GraphQLOutputType } | undefined)?.type
      if (selection.selectionSet && inner) walk(getNamedType(inner).name, selection.selectionSet)
    }
  }
  const [definition] = document.definitions
  if (definition?.kind === Kind.OPERATION_DEFINITION) walk(typeName, definition.selectionSet)
}
