import { fault } from '@vibely/kit/errors'
import type { Viewer } from '@vibely/kit/viewer'
import { GraphQLError } from 'graphql'
import type { Refusal } from '../operations/authorize.ts'
import { unmet } from '../operations/requirement.ts'

/** One error for each place in the answer where the refused field would stand. */
export function refusalErrors({ path, requirement, nonNull }: Refusal, data: unknown, viewer: Viewer | null): GraphQLError[] {
  const { message, extensions } = unmet(requirement, viewer) ?? fault('FORBIDDEN')
  return places(data, path, nonNull).map((place) => new GraphQLError(message, { path: place, extensions: { ...extensions } }))
}

type Place = readonly (string | number)[]

function places(value: unknown, path: readonly string[], nonNull: boolean, walked: Place = []): Place[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => places(item, path, nonNull, [...walked, index]))
  const [name, ...rest] = path
  // Where a non-null field was cut, its parent is what became null.
  if (value === null || value === undefined) return name === undefined || nonNull ? [walked] : []
  if (name === undefined || typeof value !== 'object' || !Object.hasOwn(value, name)) return []
  return places((value as Record<string, unknown>)[name], rest, nonNull, [...walked, name])
}
