import { scrub } from '@vibely/kit/errors'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import type { CostReport } from '../operations/cost-report.ts'

/** Outcome of an operation, as every transport gets it. */
export interface Answer {
  /** JSON text of `data`, written once by the executor; undefined when nothing was executed. */
  readonly data: string | undefined
  /** With codes and trace, not scrubbed yet: `answerText` does that on the way out. */
  readonly errors: readonly GraphQLError[]
  /** What the objects in `data` cost, where that is counted. */
  readonly spent?: number | undefined
  /** What the client may read about the cost of the whole operation. */
  readonly cost?: CostReport | undefined
  /** What was deferred, in the order in which it is done. */
  readonly later?: AsyncIterable<readonly AnswerPart[]>
}

/** Fields of one object that come behind the first answer. */
export interface AnswerPart {
  readonly label: string | undefined
  /** Where the object stands in the answer. */
  readonly path: readonly (string | number)[]
  /** JSON text of the fields, or of null. */
  readonly data: string
  readonly errors: readonly GraphQLError[]
}

/** Text of the GraphQL response. Errors come first, as clients who read a long answer like to know early. */
export const answerText = ({ data, errors }: Answer, extensions?: Extensions): string =>
  responseText(
    data,
    errors.map((error) => scrub(error.toJSON())),
    extensions,
  )

/** The same from errors that are scrubbed already. */
export function responseText(data: string | undefined, errors: readonly GraphQLFormattedError[] = [], extensions?: Extensions): string {
  if (errors.length === 0 && extensions === undefined && data !== undefined) return `{"data":${data}}`
  const parts: string[] = []
  if (errors.length > 0) parts.push(`"errors":${JSON.stringify(errors)}`)
  if (data !== undefined) parts.push(`"data":${data}`)
  if (extensions) parts.push(`"extensions":${JSON.stringify(extensions)}`)
  return `{${parts.join()}}`
}

type Extensions = Readonly<Record<string, unknown>>
