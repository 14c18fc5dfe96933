/** A request that is small to send and dear to answer. */
export interface Bomb {
  readonly name: string
  /** What the router answers. */
  readonly code: string
  /** The request, another one at each turn: nobody may keep the refusal. */
  readonly request: (turn: number) => BombRequest
}

export interface BombRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

const times = (count: number, part: (index: number) => string): string => Array.from({ length: count }, (_, index) => part(index)).join(' ')
const nested = (depth: number, open: string, inner: string, close: string): string => `${open.repeat(depth)}${inner}${close.repeat(depth)}`

/** @param variables JSON text: JSON.stringify itself runs out of stack on some */
const operation = (name: string, code: string, query: string, variables = '{}'): Bomb => ({
  name,
  code,
  request: (turn) => ({ body: `{"query":${JSON.stringify(`${query} # ${turn}`)},"variables":${variables}}` }),
})

const body = (name: string, code: string, text: (turn: number) => string | Buffer): Bomb => ({
  name,
  code,
  request: (turn) => ({ body: text(turn) }),
})

const headers = (name: string, code: string, of: (turn: number) => Readonly<Record<string, string>>): Bomb => ({
  name,
  code,
  request: (turn) => ({ headers: of(turn), body: '{"query":"{ nothing }"}' }),
})

const refused = (name: string, query: string, variables?: string): Bomb => operation(name, 'BAD_REQUEST', query, variables)

const documents: readonly Bomb[] = [
  refused('201 bytes of depth 20', `{ users { ${nested(10, 'reviews { author { ', 'id', '} }')} } }`),
  refused('deep nesting', `{ users { ${nested(300, 'reviews { author { ', 'id', '} }')} } }`),
  refused('deep inline fragments', `{ users { ${nested(600, '... { ', 'id', '}')} } }`),
  refused('alias flood', `{ ${times(450, (i) => `a${i}: users { id }`)} }`),
  refused('__typename flood', `{ users { ${times(650, (i) => `a${i}: __typename`)} } }`),
  refused('directive flood', `{ users { id ${'@skip(if: false) '.repeat(300)} } }`),
  refused('unknown directives', `{ users { id ${times(450, (i) => `@d${i}`)} } }`),
  refused('token flood', `{ users { ${'id '.repeat(80_000)} } }`),
  refused('document of one comment and many commas', `{ users { ${','.repeat(200_000)} ${'id '.repeat(3_000)} } }`),
  refused('fragment cycle', '{ users { ...A } } fragment A on User { id ...B } fragment B on User { reviews { author { ...A } } }'),
  refused(
    'exponential spreads',
    `{ users { ...F0 } } ${times(60, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`)} fragment F60 on User { id }`,
  ),
  refused(
    'exponential fields',
    `{ users { ...F0 } } ${times(30, (i) => `fragment F${i} on User { id name reviews { author { ...F${i + 1} } product { reviews { author { ...F${i + 1} } } } } }`)} fragment F30 on User { id }`,
  ),
  refused('overlapping fields', `{ users { ${'reviews { id body } '.repeat(280)} } }`),
  refused('overlapping inline fragments', `{ users { ${'... on User { reviews { id } } '.repeat(180)} } }`),
  refused(
    'overlapping fragments',
    `{ users { ${times(45, (i) => `...F${i}`)} } } ${times(45, (i) => `fragment F${i} on User { ${'reviews { id body } '.repeat(3)} name }`)}`,
  ),
  refused('unknown fields', `{ users { ${times(1_900, (i) => `nam${i}`)} } }`),
  refused('a name of 200 KB', `{ ${'user'.repeat(50_000)} }`),
  refused(
    'variables that nobody declared',
    `{ ${times(15, (i) => `topProducts(first: $v${i}) { upc }`)} users { ${times(250, (i) => `x(y: $w${i})`)} } }`,
  ),
  refused('a deep literal', `{ user(id: ${nested(950, '[', '', ']')}) { id } }`),
  refused('introspection in circles', `{ __schema { types { ${nested(8, 'fields { type { ', 'name', '} }')} } } }`),
  refused('introspection', '{ __schema { types { name fields { name args { name type { name } } type { name ofType { name } } } } } }'),
  refused(
    'operations by the hundred',
    times(280, (i) => `query Q${i} { users { id } }`),
  ),
  refused('a regular expression for an id', `{ user(id: ["${`(a+)+$ Did you mean ${'a'.repeat(40)}! `.repeat(3_000)}"], x: 1) { id } }`),
]

const costs: readonly Bomb[] = [
  operation('list sizes', 'COST_EXCEEDED', '{ topProducts(first: 100) { reviews { author { reviews { product { reviews { id } } } } } } }'),
  operation(
    'list sizes by variable',
    'COST_EXCEEDED',
    'query ($n: Int!) { topProducts(first: $n) { reviews { author { reviews { product { reviews { id } } } } } } }',
    '{"n":100}',
  ),
  operation('a page of two thousand million', 'BAD_USER_INPUT', '{ topProducts(first: 2147483647) { upc } }'),
  operation(
    'the same by variable',
    'BAD_USER_INPUT',
    'query ($n: Int!) { topProducts(first: $n) { upc reviews { author { id } } } }',
    '{"n":2147483647}',
  ),
]

const byVariables: readonly Bomb[] = [
  ['30,000 list items', `{"id":"u0-0","more":[${'0,'.repeat(30_000)}0]}`],
  ['a list of 30,000 levels', `{"id":${nested(30_000, '[', '', ']')}}`],
  ['an object of 20,000 levels', `{"id":${nested(20_000, '{"a":', '1', '}')}}`],
  ['20,000 members of the wrong type', `{"id":{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":0`).join()}}}`],
  ['240 KB of text of the wrong type', `{"id":["${' Did you mean '.repeat(17_000)}?"]}`],
].map(([name = '', variables]) =>
  operation(`variables: ${name}`, 'BAD_USER_INPUT', 'query ($id: ID!) { user(id: $id) { id name username } }', variables),
)

const TINY = '{"query":"{ users { id } }"}'

const requests: readonly Bomb[] = [
  body('batch of 8,000', 'BATCHING_DISABLED', () => `[${Array.from({ length: 8_000 }, () => TINY).join()}]`),
  body('body of 400 KB', 'BAD_REQUEST', () => `{"query":"{ users { id } }","x":"${'x'.repeat(400_000)}"}`),
  body('body of 120,000 brackets', 'BATCHING_DISABLED', () => '['.repeat(120_000) + ']'.repeat(120_000)),
  body('half a body', 'BAD_REQUEST', () => `{"query":"{ users { id } }","x":"${'\\u0041'.repeat(40_000)}`),
  body('bytes that are not UTF-8', 'BAD_REQUEST', () => Buffer.alloc(250_000, 0xc3)),
  body(
    'an operation name of 200 KB',
    'BAD_REQUEST',
    (turn) => `{"query":"query A { users { id } }","operationName":"${turn}${'a'.repeat(200_000)}"}`,
  ),
  body('a hash that is none', 'BAD_REQUEST', () => `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'f'.repeat(200_000)}"}}}`),
  headers('an accept header of 15 KB', 'BAD_REQUEST', (turn) => ({ accept: `x/${turn},${'multipart/mixed;,'.repeat(900)}` })),
  headers('a content type of 15 KB', 'BAD_REQUEST', (turn) => ({ 'content-type': `application/json${' '.repeat(14_000)};${turn}x` })),
  headers('a credential of 15 KB', 'UNAUTHENTICATED', (turn) => ({ authorization: `Bearer ${turn}${'e30.'.repeat(3_500)}` })),
]

/** Hostile requests against the subgraphs of the benchmark. Each must be refused as a whole, at once, before any call. */
export const bombs: readonly Bomb[] = [...documents, ...costs, ...byVariables, ...requests]
