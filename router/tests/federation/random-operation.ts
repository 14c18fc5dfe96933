import {
  doTypesOverlap,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql'
import { type Random, randomOf } from './random.ts'
import { randomValue } from './random-value.ts'

export interface RandomOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Alias of the type's name in typed operations. */
export const TYPED = 'type_name'

/** How many fields an operation has at most, and how deep it goes. */
const FIELDS = 40
const DEPTH = 7

/**
 * The valid query that a seed stands for: fragments on abstract types, named ones used twice, aliases (also such that hide other fields' names),
 * `@skip` and `@include`, variables with and without defaults, given and left out.
 * @param typed every object of the answer tells its type, as `TYPED`
 * @param thorny with more conditions, also two in one place, more fragments, also in each other and on the root, and aliases that are names of other fields
 */
export function randomOperation(schema: GraphQLSchema, seed: number, typed = false, thorny = false): RandomOperation {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const operation = draft(schema, randomOf(seed * 64 + attempt), typed, thorny)
    // Two selections of one response name may not fit together; then the next draft may.
    if (validate(schema, parse(operation.query)).length === 0) return operation
  }
  throw new Error(`no valid operation for seed ${seed}`)
}

type Field = GraphQLField<unknown, unknown>

interface Draft {
  readonly schema: GraphQLSchema
  readonly random: Random
  readonly typed: boolean
  readonly thorny: boolean
  readonly variables: Map<string, { readonly definition: string; readonly value: unknown }>
  readonly fragments: { readonly name: string; readonly type: GraphQLCompositeType; readonly text: string }[]
  fields: number
  aliases: number
  directives: number
}

function draft(schema: GraphQLSchema, random: Random, typed: boolean, thorny: boolean): RandomOperation {
  const root = schema.getQueryType()
  if (!root) throw new Error('the schema has no queries')
  const directives = thorny ? 25 : 12
  const made: Draft = { schema, random, typed, thorny, variables: new Map(), fragments: [], fields: FIELDS, aliases: 20, directives }
  const selections = selectionSet(made, root, 0)
  const definitions = [...made.variables.values()].map(({ definition }) => definition)
  const head = definitions.length > 0 ? `query(${definitions.join(', ')})` : 'query'
  const fragments = made.fragments.map(({ name, type, text }) => `fragment ${name} on ${type.name} ${text}`)
  const given = [...made.variables].filter(([, { value }]) => value !== undefined).map(([name, { value }]) => [name, value])
  return { query: [`${head} ${selections}`, ...fragments].join('\n'), variables: Object.fromEntries(given) }
}

function selectionSet(made: Draft, type: GraphQLCompositeType, depth: number): string {
  const { random } = made
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
  const selections: string[] = []
  const wanted = 1 + random.below(depth === 0 ? 5 : 4)
  for (let count = 0; count < wanted; count += 1) {
    if (random.chance(isAbstractType(type) || (made.thorny && depth === 0) ? 45 : 15)) selections.push(...fragment(made, type, depth))
    else if (random.chance(12) || fields.length === 0) selections.push(typenameField(made))
    else selections.push(...field(made, random.pick(fields), fields, depth))
  }
  if (selections.length === 0) selections.push('__typename')
  if (made.typed) selections.push(`${TYPED}: __typename`)
  return `{ ${selections.join(' ')} }`
}

function typenameField(made: Draft): string {
  const alias = made.random.chance(30) && made.aliases-- > 0 ? `t${made.random.below(3)}: ` : ''
  return `${alias}__typename${directives(made)}`
}

function field(made: Draft, definition: Field, siblings: readonly Field[], depth: number): string[] {
  const type = getNamedType(definition.type)
  if (made.fields <= 0 || (isCompositeType(type) && depth >= DEPTH)) return []
  made.fields -= 1
  const args = definition.args.flatMap((one) => argument(made, one))
  const list = args.length > 0 ? `(${args.join(', ')})` : ''
  const names = siblings.map(({ name }) => name)
  const alias = (args.length > 0 || made.random.chance(12)) && made.aliases-- > 0 ? `${aliasFor(made, definition, names)}: ` : ''
  const inner = isCompositeType(type) ? ` ${selectionSet(made, type, depth + 1)}` : ''
  return [`${alias}${definition.name}${list}${directives(made)}${inner}`]
}

/** Mostly a name of its own; few of them, so that selections meet under one. */
const aliasFor = ({ random, thorny }: Draft, { name }: { readonly name: string }, names: readonly string[]) =>
  thorny && random.chance(40) ? random.pick(names) : `${name}${random.below(4)}`

function argument(made: Draft, { name, type, ...rest }: GraphQLArgument): string[] {
  const { random } = made
  if (!isRequiredArgument({ name, type, ...rest } as GraphQLArgument) && random.chance(50)) return []
  if (random.chance(50)) return [`${name}: ${randomValue(random, type).literal}`]
  const variable = `v${made.variables.size}`
  const value = randomValue(random, type).json
  const fallback = random.chance(30) && !isNonNullType(type) ? ` = ${randomValue(random, type).literal}` : ''
  const left = !isNonNullType(type) && random.chance(25)
  made.variables.set(variable, { definition: `$${variable}: ${type}${fallback}`, value: left ? undefined : value })
  return [`${name}: $${variable}`]
}

function directives(made: Draft): string {
  const { random } = made
  if (made.directives <= 0 || !random.chance(made.thorny ? 25 : 10)) return ''
  made.directives -= 1
  if (made.thorny && random.chance(25)) return ` @skip(if: ${condition(made)}) @include(if: ${condition(made)})`
  return ` @${random.pick(['skip', 'include'])}(if: ${condition(made)})`
}

function condition(made: Draft): string {
  const { random } = made
  if (random.chance(20)) return random.pick(['true', 'false'])
  const name = `b${random.below(4)}`
  if (!made.variables.has(name)) {
    const fallback = random.chance(40) ? ` = ${random.chance(50)}` : ''
    const left = fallback !== '' && random.chance(50)
    made.variables.set(name, { definition: `$${name}: Boolean!${fallback}`, value: left ? undefined : random.chance(50) })
  }
  return `$${name}`
}

function fragment(made: Draft, type: GraphQLCompositeType, depth: number): string[] {
  const { random, schema } = made
  const overlapping = Object.values(schema.getTypeMap()).filter(
    (one): one is GraphQLCompositeType => isCompositeType(one) && !one.name.startsWith('__') && doTypesOverlap(schema, one, type),
  )
  const known = made.fragments.filter((one) => overlapping.includes(one.type))
  if (known.length > 0 && random.chance(40)) return [`...${random.pick(known).name}${directives(made)}`]
  const condition = random.chance(10) ? undefined : random.pick(overlapping)
  if (depth >= DEPTH) return []
  const text = selectionSet(made, condition ?? type, depth + 1)
  if (condition && random.chance(40)) {
    const name = `F${made.fragments.length}`
    made.fragments.push({ name, type: condition, text })
    return [`...${name}${directives(made)}`]
  }
  return [`...${condition ? ` on ${condition.name}` : ''}${directives(made)} ${text}`]
}
