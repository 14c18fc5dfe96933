import { GraphQLError } from 'graphql'

/** What is wrong with a schema, and where: `CODE: message (schema/auth.graphql:12:3)`. */
export function problemOf(error: unknown): string {
  if (!(error instanceof GraphQLError)) return error instanceof Error ? error.message : String(error)
  const { code } = error.extensions
  return `${typeof code === 'string' ? `${code}: ` : ''}${error.message}${placeOf(error)}`
}

function placeOf({ source, locations, nodes }: GraphQLError): string {
  const [place] = locations ?? []
  if (!place) return ''
  const name = source?.name ?? nodes?.[0]?.loc?.source.name
  return name === undefined || name === UNNAMED
    ? ` (line ${place.line}, column ${place.column})`
    : ` (${name}:${place.line}:${place.column})`
}

/** What graphql-js calls a source without a name. */
const UNNAMED = 'GraphQL request'
