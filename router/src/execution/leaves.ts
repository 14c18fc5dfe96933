import { type GraphQLLeafType, isEnumType } from 'graphql'

/**
 * The JSON text of a leaf value that is not null; undefined for one that its type does not have.
 * @param plain true when no string has a character that JSON escapes
 */
export type LeafWriter = (value: unknown, plain: boolean) => string | undefined

const writers = new WeakMap<GraphQLLeafType, LeafWriter>()

const BUILT_IN: Readonly<Record<string, LeafWriter>> = {
  String: (value, plain) => (typeof value === 'string' ? (plain ? `"${value}"` : textOf(value)) : undefined),
  // An ID is text to clients, whatever a subgraph makes of it.
  ID: (value, plain) => (typeof value === 'string' ? (plain ? `"${value}"` : textOf(value)) : isInteger(value) ? `"${value}"` : undefined),
  Int: (value) => (isInteger(value) ? String(value) : undefined),
  Float: (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined),
  Boolean: (value) => (value === true ? 'true' : value === false ? 'false' : undefined),
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)

/** Writes values of a scalar or enum type. Values of a custom scalar are passed on as they are. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  const known = writers.get(type)
  if (known) return known
  const made = isEnumType(type) ? enumWriter(type.getValues().map(({ name }) => name)) : (BUILT_IN[type.name] ?? jsonText)
  writers.set(type, made)
  return made
}

const jsonText: LeafWriter = (value) => JSON.stringify(value)

function enumWriter(names: readonly string[]): LeafWriter {
  const texts = new Map<unknown, string>(names.map((name) => [name, `"${name}"`]))
  return (value) => texts.get(value)
}

const SHORT = 64

/** A string as JSON. Short ones are mostly free of what must be escaped, and looking is cheaper than a call into the engine. */
export function textOf(value: string): string {
  if (value.length > SHORT) return JSON.stringify(value)
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index)
    // Control characters, `"`, `\`, surrogates; what lies beyond those may take the long way, too.
    if (code < 0x23 ? code !== 0x20 && code !== 0x21 : code === 0x5c || code >= 0xd800) return JSON.stringify(value)
  }
  return `"${value}"`
}
