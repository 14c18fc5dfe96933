import type { GraphQLFormattedError } from 'graphql'
import { isJson } from '../execution/merge.ts'
import { withoutSuggestion } from '../operations/suggestions.ts'

/** What servers say of the document, which the router wrote: no client can mend it, and the message tells of their schema. */
const OF_DOCUMENTS: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])

/** The errors of a subgraph's answer, whatever it calls so: an error that is none is one without a message. */
export function subgraphErrors(given: unknown): readonly GraphQLFormattedError[] | undefined {
  if (given === undefined || given === null) return undefined
  return Array.isArray(given) ? given.map(subgraphError) : [subgraphError(given)]
}

function subgraphError(given: unknown): GraphQLFormattedError {
  const { message, path, extensions } = (given ?? {}) as Readonly<Record<string, unknown>>
  const told = isJson(extensions) && !OF_DOCUMENTS.has(extensions.code)
  return {
    message: typeof message === 'string' ? withoutNames(message) : '',
    ...(isPath(path) && { path }),
    ...(told && { extensions }),
  }
}

const isPath = (path: unknown): path is readonly (string | number)[] =>
  Array.isArray(path) && path.every((part) => typeof part === 'string' || typeof part === 'number')

/** Only where graphql-js suggests: what a subgraph's author says is for the client. */
const withoutNames = (message: string): string => (message.startsWith('Variable "$') ? withoutSuggestion(message) : message)
