import { type GraphQLSchema, isAbstractType } from 'graphql'
import type { ResponsePath } from '../planning/planner.ts'
import { fieldOf, isJson, type Json, setField } from './merge.ts'

/** Response names from the root down; `@` stands for every element of a list, names of types for the objects of one of them. */
export type PlanPath = readonly (string | ReadonlySet<string>)[]

/** A plan's path, whose `|[A,B]` may name abstract types, too. */
export function planPath(schema: GraphQLSchema, path: ResponsePath): PlanPath {
  return path.map((part) =>
    part.startsWith('|[')
      ? new Set(
          part
            .slice(2, -1)
            .split(',')
            .flatMap((name) => namesOf(schema, name)),
        )
      : part,
  )
}

/** Of an interface its own name, too: a subgraph that knows it as an object calls its objects so. */
function namesOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  return isAbstractType(type) ? [name, ...schema.getPossibleTypes(type).map((one) => one.name)] : [name]
}

export type ResponsePlace = readonly (string | number)[]

/** The objects at a path. What is null on the way has none. */
export function objectsAt(root: Json, path: PlanPath): readonly Json[] {
  const found: Json[] = []
  replaceAt(root, path, (object) => {
    found.push(object)
    return object
  })
  return found
}

/** Puts what it becomes in the place of each object at a path. The root stays. */
export function replaceAt(root: Json, path: PlanPath, become: (object: Json) => Json): void {
  if (path.length === 0) become(root)
  else replaceIn(root, path, 0, become)
}

function replaceIn(from: unknown, path: PlanPath, start: number, become: (object: Json) => Json): void {
  let at = from
  for (let index = start; index < path.length; index += 1) {
    if (typeof at !== 'object' || at === null) return
    const part = path[index] as PlanPath[number]
    if (Array.isArray(at)) {
      replaceItems(at, path, part === '@' ? index + 1 : index, become)
      return
    }
    if (typeof part !== 'string') {
      if (!isOneOf(part, at as Json)) return
      continue
    }
    const next = fieldOf(at as Json, part)
    if (index === path.length - 1 && isJson(next)) {
      const became = become(next)
      if (became !== next) setField(at as Json, part, became)
      return
    }
    at = next
  }
  if (Array.isArray(at)) replaceItems(at, path, path.length, become)
  else if (isJson(at)) become(at)
}

function replaceItems(items: unknown[], path: PlanPath, next: number, become: (object: Json) => Json): void {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]
    if (next < path.length || !isJson(item)) {
      replaceIn(item, path, next, become)
      continue
    }
    const became = become(item)
    if (became !== item) items[index] = became
  }
}

/** Whether an object may be of one of the types. One that names none may. */
export const isOneOf = (types: ReadonlySet<string>, { __typename: name }: Json) => typeof name !== 'string' || types.has(name)

/** Where objects of a path stand in the response. One object can stand in several places. Walks the tree: for errors alone. */
export function placesOf(root: Json, path: PlanPath): ReadonlyMap<Json, readonly ResponsePlace[]> {
  const places = new Map<Json, ResponsePlace[]>()
  const walk = (value: unknown, index: number, place: ResponsePlace): void => {
    if (Array.isArray(value)) {
      for (const [position, item] of value.entries()) walk(item, path[index] === '@' ? index + 1 : index, [...place, position])
    } else if (isJson(value)) {
      const part = path[index]
      if (part === undefined) {
        const known = places.get(value)
        if (known) known.push(place)
        else places.set(value, [place])
      } else if (typeof part === 'string') walk(fieldOf(value, part), index + 1, [...place, part])
      else if (isOneOf(part, value)) walk(value, index + 1, place)
    }
  }
  walk(root, 0, [])
  return places
}
