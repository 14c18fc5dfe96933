import { type Random, randomOf } from './random.ts'

/** A request as a client may send it by mistake or in bad faith: a document and JSON text around it, mostly wrong somewhere. */
export interface RandomRequest {
  readonly body: string
}

/** Types that variables are declared with, and where they are used: some fit, some do not. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  n: 'Int',
  must: 'Int!',
  other: '[Int!]!',
  float: 'Float',
  s: 'String',
  id: 'ID',
  flag: 'Boolean!',
  list: '[Int!]',
  lists: '[[Int!]!]',
  way: 'Way!',
  ways: '[Way!]',
  range: 'Range',
  ranges: '[Range!]',
  strict: 'Strict',
  json: 'JSON',
  big: 'Big',
}
const TYPES = [...Object.values(ARGUMENTS), 'Int', 'Way', 'Boolean', '[Int]', 'Range!', 'User', 'Nothing']
const NAMES = [
  ...['a', 'b', 'c', 'd', 'representations', 'other__a', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  '_',
  '__typename',
]

/** The request that a seed stands for. */
export function randomInput(seed: number): RandomRequest {
  const random = randomOf(seed)
  const called = new Set(Array.from({ length: random.below(4) }, () => random.pick(NAMES)))
  const variables = [...called].map((name) => {
    const type = random.pick(TYPES)
    return {
      name,
      type,
      fallback: random.chance(30) ? ` = ${random.chance(60) ? literalOf(random, [], type) : literal(random, [], 3)}` : '',
    }
  })
  const definitions = variables.map(({ name, type, fallback }) => `$${name}: ${type}${fallback}`)
  const head = definitions.length > 0 ? `(${definitions.join()})` : ''
  const operation = (name: string) => `query ${name}${head} ${selections(random, variables, 0)}`
  const query = random.chance(10)
    ? `${operation('One')} ${operation(random.pick(['One', 'Two']))}`
    : operation(random.pick(['', 'One', '__proto__']))
  const given = variables.flatMap(({ name, type }) => (random.chance(85) ? [`${JSON.stringify(name)}:${valueFor(random, type)}`] : []))
  const name = random.chance(15)
    ? `,"operationName":${random.pick(['"One"', '"Two"', '"__proto__"', '""', '"toString"', 'null', '7'])}`
    : ''
  const text = random.chance(3) ? random.pick(['null', '[]', '7', '"x"']) : `{${given.join()}}`
  return { body: `{"query":${JSON.stringify(query)},"variables":${text}${name}}` }
}

type Variables = readonly { readonly name: string; readonly type: string }[]

function selections(random: Random, variables: Variables, depth: number): string {
  const one = () => {
    const alias = random.chance(40) ? `${random.pick(NAMES)}: ` : ''
    const where = random.chance(25) ? ` @${random.pick(['skip', 'include', 'defer'])}(if: ${literalOf(random, variables, 'Boolean')})` : ''
    const root = ['echo', 'echo', 'users', 'raw', 'id', '__typename']
    const field = random.pick(depth === 0 ? root : ['said', 'said', 'json', 'id', '__typename'])
    const args = depth === 0 || field === 'said' ? argumentsOf(random, variables, field) : ''
    return `${alias}${field}${args}${where}${field === 'users' ? ` ${selections(random, variables, depth + 1)}` : ''}`
  }
  return `{ ${Array.from({ length: 1 + random.below(2) }, one).join(' ')} }`
}

function argumentsOf(random: Random, variables: Variables, field: string): string {
  if (field === 'users') return random.chance(50) ? `(first: ${literalOf(random, variables, 'Int')})` : ''
  if (field === 'id') return `(id: ${literalOf(random, variables, 'ID')})`
  if (!/echo|said/.test(field)) return ''
  // One that a variable fits is the likeliest.
  const fitting = Object.entries(ARGUMENTS).filter(([, type]) => variables.some((one) => fits(one.type, type)))
  const from = fitting.length > 0 && random.chance(80) ? fitting : Object.entries(ARGUMENTS)
  const chosen = new Map(Array.from({ length: 1 + random.below(3) }, () => random.pick(from)))
  return `(${[...chosen].map(([name, type]) => `${name}: ${literalOf(random, variables, type)}`).join()})`
}

const fits = (given: string, wanted: string): boolean => given.replaceAll('!', '') === wanted.replaceAll('!', '')

/** A literal that mostly is of a type. */
function literalOf(random: Random, variables: Variables, type: string): string {
  if (random.chance(10))
    return literal(
      random,
      variables.map(({ name }) => name),
      3,
    )
  const named = variables.filter((one) => fits(one.type, type))
  if (named.length > 0 && random.chance(60)) return `$${random.pick(named).name}`
  const inner = type.replace(/!$/, '')
  if (inner === type && random.chance(10)) return 'null'
  if (inner.startsWith('['))
    return `[${Array.from({ length: random.below(3) }, () => literalOf(random, variables, inner.slice(1, -1))).join()}]`
  if (inner === 'Range')
    return `{from: ${literalOf(random, variables, 'Int')}, inner: ${random.chance(40) ? literalOf(random, variables, 'Range') : '{}'}}`
  if (inner === 'Strict') return `{must: ${literalOf(random, variables, 'Int!')}, way: ${literalOf(random, variables, 'Way!')}}`
  return random.pick(
    LITERALS[inner] ?? ['1', '"x"', '[1, {a: 2.50}]', '{a: {b: $a}}', '1e999', 'UP', '12345678901234567890', '"\\ud800"', '{__proto__: 1}'],
  )
}

const LITERALS: Readonly<Record<string, readonly string[]>> = {
  Int: ['0', '-7', '2147483647'],
  Float: ['1', '1.50', '-1e30', '1e999'],
  String: ['"x"', '""', '"""block "q" """', '"\\u0000"', '"\\ud800"'],
  ID: ['7', '"x"', '12345678901234567890'],
  Boolean: ['true', 'false'],
  Way: ['UP', 'DOWN'],
}

/** A literal of a document: often a variable, wherever that may stand. */
function literal(random: Random, names: readonly string[], depth: number): string {
  if (names.length > 0 && random.chance(45)) return `$${random.pick(names)}`
  const plain = () =>
    random.pick(['null', '1', '2147483648', '-0', '1.5', '1e999', '"x"', '""', '"\\ud800"', 'true', 'false', 'UP', 'SIDEWAYS'])
  if (depth <= 0 || random.chance(50)) return plain()
  if (random.chance(40)) return `[${Array.from({ length: random.below(3) }, () => literal(random, names, depth - 1)).join()}]`
  const fields = ['from', 'to', 'tags', 'inner', 'must', 'deep', '__proto__', 'x']
  const chosen = new Set(Array.from({ length: random.below(3) }, () => random.pick(fields)))
  return `{${[...chosen].map((name) => `${name}: ${literal(random, names, depth - 1)}`).join()}}`
}

/** JSON for a variable: half of it of its type. */
function valueFor(random: Random, type: string): string {
  if (random.chance(50)) return json(random, 4)
  const named = type.replace(/[[\]!]/g, '')
  const one = () => SOUND[named]?.[random.below(SOUND[named]?.length ?? 1)] ?? 'null'
  if (!type.startsWith('[')) return one()
  return type.startsWith('[[') ? `[[${one()}]]` : `[${one()}]`
}

const SOUND: Readonly<Record<string, readonly string[]>> = {
  Int: ['0', '1', '-7', '1e3', '2147483647'],
  Float: ['1', '0.5', '-1e30'],
  String: ['"x"', '""', '"\\u0000"', '"\\ud800"', '"näïve"'],
  ID: ['"x"', '7', '12345678901234567890'],
  Boolean: ['true', 'false', 'null'],
  Way: ['"UP"', '"DOWN"'],
  Range: ['{}', '{"from":null}', '{"inner":{"inner":{"tags":["a"]}}}', '{"tags":[]}', '{"__proto__":{"from":1}}'],
  Strict: ['{"must":1}', '{"must":1,"deep":{"must":2}}', '{"must":1,"deep":null}', '{}', '{"deep":{"must":1},"must":null}'],
  JSON: ['{"__proto__":{"a":1},"constructor":1}', '[1,[2,[3]]]', '"x"', '1e400', '12345678901234567890', 'null'],
  Big: ['"12345678901234567890"', '12345678901234567890', '-1'],
}

function json(random: Random, depth: number): string {
  const leaf = () =>
    random.pick(['null', '0', '-0', '1.5', '1e400', '99999999999999999999', '"x"', '"UP"', '"__proto__"', 'true', '"\\ud800"'])
  if (depth <= 0 || random.chance(50)) return leaf()
  if (random.chance(4)) return '['.repeat(3_000) + ']'.repeat(3_000)
  if (random.chance(40)) return `[${Array.from({ length: random.below(3) }, () => json(random, depth - 1)).join()}]`
  const keys = ['from', 'to', 'tags', 'inner', 'must', 'deep', '__proto__', 'constructor', 'toJSON', '']
  return `{${Array.from({ length: random.below(3) }, () => `${JSON.stringify(random.pick(keys))}:${json(random, depth - 1)}`).join()}}`
}
