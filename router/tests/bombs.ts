/** A request that is small to send and dear to answer. */
export interface Bomb {
  readonly query: string
  /** JSON text: JSON.stringify itself runs out of stack on some. */
  readonly variables?: string
}

const times = (count: number, part: (index: number) => string): string => Array.from({ length: count }, (_, index) => part(index)).join(' ')
const nested = (depth: number, open: string, inner: string, close = '}'): string => `${open.repeat(depth)}${inner}${close.repeat(depth)}`

/** Bombs for the API of the world. Each must be refused as a whole, before any fetch. */
export const BOMBS: Readonly<Record<string, Bomb>> = {
  'deep nesting': { query: `{ reviews { author { ${nested(400, '... { ', 'id')} } } ${nested(100, 'reviews { author { ', 'id', '} }')} }` },
  'deep nesting of what does not exist': { query: `{ ${nested(600, 'a { ', 'b')} }` },
  'deep nesting in a fragment that nobody spreads': { query: `{ broken } fragment F on Person { ${nested(400, 'a { ', 'b')} }` },
  'a flood of aliases': { query: `{ ${times(600, (i) => `a${i}: broken`)} }` },
  'a flood of aliases below': { query: `{ reviews { ${times(600, (i) => `a${i}: title`)} } }` },
  'a flood of __typename': { query: `{ reviews { ${times(600, (i) => `a${i}: __typename`)} } }` },
  'aliases by fragments': {
    query: `{ reviews { ${times(10, (i) => `a${i}: author { ...F }`)} } } fragment F on Person { ${times(10, (i) => `b${i}: name`)} }`,
  },
  'a flood of root fields': { query: `{ ${'broken '.repeat(1_900)} }` },
  'root fields by fragments': {
    query: `{ ${times(20, (i) => `...F${i}`)} } ${times(20, (i) => `fragment F${i} on Query { a${i}: broken broken hang }`)}`,
  },
  'a bomb of fragments': {
    query: `{ reviews { ...F0 } } ${times(40, (i) => `fragment F${i} on Review { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Review { id }`,
  },
  'a bomb of fragments with fields': {
    query: `{ reviews { author { ...F0 } } } ${times(14, (i) => `fragment F${i} on Person { id ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F14 on Person { name }`,
  },
  'a circle of fragments': {
    query: '{ reviews { ...A } } fragment A on Review { author { ...B } } fragment B on Person { ...C } fragment C on Person { ...B }',
  },
  'a fragment in itself': { query: '{ ...A } fragment A on Query { ...A }' },
  'a flood of fragments': {
    query: `{ reviews { ${times(200, (i) => `...F${i}`)} } } ${times(200, (i) => `fragment F${i} on Review { id }`)}`,
  },
  'a chain of fragments': {
    query: `{ reviews { ...F0 } } ${times(180, (i) => `fragment F${i} on Review { id ...F${i + 1} }`)} fragment F180 on Review { id }`,
  },
  'fields that are compared with each other': { query: `{ reviews { ${'author { id name } '.repeat(300)} } }` },
  'the same in inline fragments': { query: `{ reviews { ${'... on Review { author { id } } '.repeat(180)} } }` },
  'the same field nineteen hundred times': { query: `{ reviews { ${'id '.repeat(1_900)} } }` },
  'a flood of directives': { query: `{ broken ${'@skip(if: false) '.repeat(200)} }` },
  'directives all over': { query: `{ reviews { ${times(40, () => 'id @skip(if: false)')} } }` },
  'directives on variables': { query: `query(${times(40, (i) => `$v${i}: Int @x @x @x`)}) { broken }` },
  'unknown directives': { query: `{ broken ${times(400, (i) => `@d${i}`)} }` },
  'unknown fields': { query: `{ reviews { ${times(900, (i) => `tittle${i}`)} } }` },
  'a flood of variables': { query: `query(${times(450, (i) => `$v${i}: Int`)}) { broken }` },
  'variables that nobody declared': { query: `{ reviews { author { ${times(300, (i) => `address(country: $v${i})`)} } } }` },
  'a deep list as an argument': { query: `{ people(ids: ${'['.repeat(900)}${']'.repeat(900)}) { id } }` },
  'a deep object as an argument': { query: `{ person(id: ${nested(300, '{ a: ', '1')}) { id } }` },
  'a deep type of a variable': { query: `query($v: ${'['.repeat(900)}Int${']'.repeat(900)}) { broken }` },
  'a flood of operations': { query: times(280, (i) => `query Q${i} { broken }`) },
  'a flood of tokens': { query: `{ reviews(first: 1) { ${'id, title '.repeat(5_000)} } }` },
  'introspection in circles': { query: `{ __schema { types { ${nested(20, 'fields { type { ', 'name', '} }')} } } }` },
  'introspection in circles, a bit less': { query: `{ __schema { types { ${nested(4, 'fields { type { ', 'name', '} }')} } } }` },
  'introspection with aliases': { query: `{ __schema { ${times(100, (i) => `a${i}: types { fields { name args { name } } }`)} } }` },
  'introspection repeated': { query: `{ ${'__schema { types { fields { name } } } '.repeat(150)} }` },
  'a page that is too long': { query: '{ reviews(first: 2147483647) { id } }' },
  'a page that is too long, by variable': { query: 'query($n: Int) { reviews(first: $n) { id } }', variables: '{"n":99999999}' },
  'a cost that is too high': { query: `{ ${times(15, (i) => `a${i}: reviews(first: 100) { author { id } }`)} }` },
  'a cost that is too high, by variable': {
    query: `query($n: Int) { ${times(15, (i) => `a${i}: reviews(first: $n) { author { id } }`)} }`,
    variables: '{"n":100}',
  },
  'a long list': {
    query: 'query($ids: [ID!]!) { people(ids: $ids) { id } }',
    variables: JSON.stringify({ ids: Array.from({ length: 6_000 }, (_, i) => `p${i}`) }),
  },
  'a long list of the wrong type': {
    query: 'query($ids: [ID!]!) { people(ids: $ids) { id } }',
    variables: JSON.stringify({ ids: Array.from({ length: 6_000 }, () => ({ a: 1 })) }),
  },
  'many long lists that nobody declared': {
    query: '{ broken }',
    variables: JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`v${i}`, Array(100).fill(0)]))),
  },
  'a deep variable': { query: 'query($id: ID!) { person(id: $id) { id } }', variables: `{"id":${nested(30_000, '[', '', ']')}}` },
  'a deep variable that nobody declared': { query: '{ broken }', variables: `{"junk":${nested(30_000, '[', '', ']')}}` },
  'a deep variable that fits into an address': { query: '{ broken }', variables: `{"junk":${nested(3_000, '[', '', ']')}}` },
  'many members of a variable': {
    query: 'query($id: ID!) { person(id: $id) { id } }',
    variables: JSON.stringify({ id: Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`a${i}`, 0])) }),
  },
  'words of a suggestion in a variable': {
    query: 'query($id: ID!) { person(id: $id) { id } }',
    variables: JSON.stringify({ id: [' Did you mean '.repeat(4_000)] }),
  },
  'words of a suggestion in the document': { query: `{ person(id: ["${' Did you mean '.repeat(10_000)}"]) { id } }` },
  'deep inline fragments': { query: `{ reviews { ${nested(500, '... { ', 'id')} } }` },
  'a deep object as a variable': {
    query: 'query($id: ID!) { person(id: $id) { id } }',
    variables: `{"id":${nested(5_000, '{"a":', '1')}}`,
  },
}
