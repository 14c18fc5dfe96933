export type Json = Record<string, unknown>

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names that every object has by inheritance: data under such a name has to be told from what is inherited. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** True for a response name that may not simply be read from an object. */
export const isInherited = (name: string): boolean => INHERITED.has(name)

/** An object's own field; undefined when it has none. Data is no function, but most that is inherited is. */
export function fieldOf(value: Json, name: string): unknown {
  const found = value[name]
  return (typeof found === 'function' || name === PROTOTYPE) && !Object.hasOwn(value, name) ? undefined : found
}

/** The one inherited name that cannot be written like another. */
const PROTOTYPE = '__proto__'

/** Writes a field, whatever its name. */
export function setField(target: Json, name: string, value: unknown): void {
  if (name === PROTOTYPE) Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
  else target[name] = value
}

/**
 * Writes an answer's fields into an object. Objects on both sides are joined, also in lists of equal length; else the answer wins.
 * @param vague names of types that say less than any other: of the interfaces that a subgraph knows as objects
 */
export function merge(target: Json, source: Json, vague?: ReadonlySet<string>): void {
  for (const name of Object.keys(source)) mergeField(target, name, source[name], vague)
}

/** The same for all that one answer stands for. */
export function mergeIntoAll(targets: readonly Json[], source: Json, vague?: ReadonlySet<string>): void {
  for (const name of Object.keys(source)) {
    const given = source[name]
    for (const target of targets) mergeField(target, name, given, vague)
  }
}

function mergeField(target: Json, name: string, given: unknown, vague: ReadonlySet<string> | undefined): void {
  if (typeof given === 'object' && given !== null && isJoined(fieldOf(target, name), given, vague)) return
  if (vague !== undefined && name === '__typename' && vague.has(given as string) && typeof target.__typename === 'string') return
  setField(target, name, given)
}

/** Joins what can be joined; false when the one has to replace the other. */
function isJoined(present: unknown, given: object, vague: ReadonlySet<string> | undefined): boolean {
  if (present === given) return true
  if (isJson(present) && isJson(given)) merge(present, given, vague)
  else if (Array.isArray(present) && Array.isArray(given) && present.length === given.length) mergeLists(present, given, vague)
  else return false
  return true
}

function mergeLists(target: unknown[], source: readonly unknown[], vague: ReadonlySet<string> | undefined): void {
  for (const [index, given] of source.entries()) {
    if (typeof given === 'object' && given !== null && isJoined(target[index], given, vague)) continue
    target[index] = given
  }
}

/** A copy of JSON data that shares nothing with it. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T
  if (typeof value !== 'object' || value === null) return value
  const copy: Json = {}
  for (const name of Object.keys(value)) setField(copy, name, copyOf((value as Json)[name]))
  return copy as T
}
