import { readFile } from 'node:fs/promises'
import { EnvError } from '@vibely/kit/env'
import { z } from 'zod'

export type Headers = Readonly<Record<string, string>>

/** What of a client's headers goes on to which subgraph, and what is said to it beside that. */
export interface HeaderRules {
  /** Names of the client's headers that any subgraph gets: of others nothing is read. */
  readonly names: readonly string[]
  /** Headers for a subgraph. @param client those of the client, by the names above */
  headersFor(subgraph: string, client: Headers | undefined): Headers
}

/** Of one connection, of the message's form, or said by the router itself: none of these is a client's to set. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ],
  ...['host', 'expect', 'content-length', 'content-type', 'content-encoding', 'accept', 'accept-encoding'],
  ...['traceparent', 'tracestate', 'sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'],
])

const name = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header')
  .transform((text) => text.toLowerCase())
  .refine((text) => !RESERVED.has(text), 'this header belongs to the connection, the message or the router')
const value = z.string().regex(/^[\t\x20-\x7e]*$/, 'characters of ASCII')

const propagated = z.union([
  name.transform((named) => ({ named, rename: named, default: undefined })),
  z
    .strictObject({ named: name, rename: name.optional(), default: value.optional() })
    .transform(({ named, rename = named, default: otherwise }) => ({ named, rename, default: otherwise })),
])
const part = z.strictObject({
  remove: z.array(name).default([]),
  propagate: z.array(propagated).default([]),
  insert: z.record(name, value).default({}),
})
const file = z.strictObject({ all: part.prefault({}), subgraphs: z.record(z.string(), part).default({}) })

/** One header for a subgraph: the client's, or a fixed one. */
interface Rule {
  readonly from: string | null
  readonly otherwise: string | undefined
}

export const NO_HEADER_RULES: HeaderRules = { names: [], headersFor: () => ({}) }

/**
 * Reads rules from JSON. Those of a subgraph come behind those for all; in each part what is fixed wins over what a client sends.
 * @param subgraphs those that there are
 * @throws Error that says what is wrong
 */
export function headerRules(json: string, subgraphs: readonly string[]): HeaderRules {
  const { data, error } = file.safeParse(JSON.parse(json))
  if (error) throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  const unknown = Object.keys(data.subgraphs).find((one) => !subgraphs.includes(one))
  if (unknown !== undefined) throw new Error(`subgraphs.${unknown}: the supergraph has no such subgraph`)
  const all = rulesOf(new Map(), data.all)
  const own = new Map(Object.entries(data.subgraphs).map(([subgraph, given]) => [subgraph, rulesOf(all, given)]))
  const used = [all, ...own.values()].flatMap((rules) => [...rules.values()].flatMap(({ from }) => from ?? []))
  return {
    names: [...new Set(used)],
    headersFor(subgraph, client = {}) {
      const headers: Record<string, string> = {}
      for (const [header, { from, otherwise }] of own.get(subgraph) ?? all) {
        const given = (from === null ? undefined : client[from]) ?? otherwise
        if (given !== undefined) headers[header] = given
      }
      return headers
    },
  }
}

function rulesOf(before: ReadonlyMap<string, Rule>, { remove, propagate, insert }: z.output<typeof part>): ReadonlyMap<string, Rule> {
  const rules = new Map(before)
  for (const header of remove) rules.delete(header)
  for (const { named, rename, default: otherwise } of propagate) rules.set(rename, { from: named, otherwise })
  for (const [header, fixed] of Object.entries(insert)) rules.set(header, { from: null, otherwise: fixed })
  return rules
}

/**
 * Reads the file with the rules.
 * @throws EnvError when it cannot be used
 */
export async function readHeaderRules(path: string, subgraphs: readonly string[]): Promise<HeaderRules> {
  try {
    return headerRules(await readFile(path, 'utf8'), subgraphs)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new EnvError(`SUBGRAPH_HEADERS: ${path} holds no rules for headers: ${why}`, { cause: error })
  }
}
