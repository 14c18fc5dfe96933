import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { HttpRefusal } from './refusal.ts'

type Json = Readonly<Record<string, unknown>>

/** What a client asks for, as the GraphQL over HTTP specification names it. */
export interface Parameters {
  readonly query: string | undefined
  readonly operationName: string | undefined
  readonly variables: Json | undefined
  readonly extensions: Json | undefined
  /** Stands for the query in clients that send persisted documents. */
  readonly documentId: string | undefined
}

const LIST = /^\s*\[/

const bad = (message: string) => new HttpRefusal(400, 'BAD_REQUEST', message)

/** @throws HttpRefusal 400 when the body is not a request, or a batch of them */
export function bodyParameters(body: string): Parameters {
  // By its first character: a list is not worth reading, however much of it there is.
  if (LIST.test(body)) throw new HttpRefusal(400, 'BATCHING_DISABLED')
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    throw bad(body === '' ? 'The request has no body.' : 'The request body is not JSON.')
  }
  if (!isObject(json)) throw bad('The request body is not a JSON object.')
  return readParameters(json)
}

/** @throws HttpRefusal 400 when a parameter is malformed or comes twice */
export function searchParameters(search: string): Parameters {
  const given = new URLSearchParams(search)
  const json: Record<string, unknown> = {}
  for (const [name, value] of given) {
    if (Object.hasOwn(json, name)) throw bad(`The parameter "${name}" comes twice.`)
    json[name] = name === 'variables' || name === 'extensions' ? parsed(name, value) : value
  }
  return readParameters(json)
}

function parsed(name: string, text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw bad(`The parameter "${name}" is not JSON.`)
  }
}

/** The parameters that an object of any transport holds; what else it holds is left. @throws HttpRefusal 400 for one of another kind */
export function readParameters({ query, operationName, variables, extensions, documentId, id }: Json): Parameters {
  return {
    query: text('query', query),
    operationName: text('operationName', operationName),
    variables: object('variables', variables),
    extensions: object('extensions', extensions),
    // Relay says `id`.
    documentId: text('documentId', documentId ?? id),
  }
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw bad(`The parameter "${name}" is not a string.`)
  return value
}

function object(name: string, value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw bad(`The parameter "${name}" is not an object.`)
  return value
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const JSON_BODY = /^application\/json *(;|$)/i
const CHARSET = /; *charset="?([^";]+)"?/i
const UTF8 = /^utf-?8$/i
const bodyTypes = new LRUCache<string, { readonly isGood: boolean }>({ max: 100 })

/** True for JSON in UTF-8. A form, which a browser sends for any page without asking first, is not. */
export function isJsonBody({ headers }: IncomingMessage): boolean {
  const type = headers['content-type']
  if (headers['content-encoding'] !== undefined) return false
  if (type === undefined || type === 'application/json') return type !== undefined
  const known = bodyTypes.get(type)
  if (known) return known.isGood
  const charset = CHARSET.exec(type)?.[1]
  const isGood = JSON_BODY.test(type) && (charset === undefined || UTF8.test(charset.trim()))
  bodyTypes.set(type, { isGood })
  return isGood
}
