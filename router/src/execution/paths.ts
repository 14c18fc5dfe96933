import { fieldOf, isJson, type Json } from './merge.ts'

/** Response names from the root down; `@` stands for every element of a list. */
export type PlanPath = readonly string[]

export type ResponsePlace = readonly (string | number)[]

/** The objects at a path. What is null on the way has none. */
export function objectsAt(root: Json, path: PlanPath): readonly Json[] {
  if (path.length === 0) return [root]
  const found: Json[] = []
  collect(root, path, 0, found)
  return found
}

function collect(value: unknown, path: PlanPath, from: number, found: Json[]): void {
  let at = value
  for (let index = from; index < path.length; index += 1) {
    if (typeof at !== 'object' || at === null) return
    const part = path[index] as string
    if (Array.isArray(at)) {
      const next = part === '@' ? index + 1 : index
      for (const item of at) collect(item, path, next, found)
      return
    }
    at = fieldOf(at as Json, part)
  }
  if (Array.isArray(at)) for (const item of at) collect(item, path, path.length, found)
  else if (typeof at === 'object' && at !== null) found.push(at as Json)
}

/** Where objects of a path stand in the response. One object can stand in several places. Walks the tree: for errors alone. */
export function placesOf(root: Json, path: PlanPath): ReadonlyMap<Json, readonly ResponsePlace[]> {
  const places = new Map<Json, ResponsePlace[]>()
  const walk = (value: unknown, index: number, place: ResponsePlace): void => {
    if (Array.isArray(value)) {
      for (const [position, item] of value.entries()) walk(item, path[index] === '@' ? index + 1 : index, [...place, position])
    } else if (isJson(value)) {
      const part = path[index]
      if (part === undefined) places.set(value, [...(places.get(value) ?? []), place])
      else walk(fieldOf(value, part), index + 1, [...place, part])
    }
  }
  walk(root, 0, [])
  return places
}
