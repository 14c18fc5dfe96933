import type { GraphQLFormattedError } from 'graphql'
import { type Answer, responseText } from '../execution/answer.ts'

// Apollo Server builds the result anew, so a mark on the result itself is lost; `data` passes as it is.
const TEXT = Symbol('text of data')

type Carrier = Readonly<Record<string, unknown>> & { readonly [TEXT]?: string }

/** The result as Apollo Server takes it: an empty `data` that carries its own text. */
export const textCarrier = ({ data, errors }: Answer, extensions?: Readonly<Record<string, unknown>>) => ({
  ...(data !== undefined && { data: data === 'null' ? null : ({ [TEXT]: data } as Carrier) }),
  ...(errors.length > 0 && { errors }),
  ...(extensions && { extensions }),
})

/** Hook `stringifyResult` of Apollo Server: hands the text of `data` over as it was written. */
export function stringifyResult({ data, errors, extensions }: Result): string {
  const text = data === null || data === undefined ? data : (data as Carrier)[TEXT]
  return responseText(text === null ? 'null' : text, errors, extensions)
}

interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly GraphQLFormattedError[]
  readonly extensions?: Readonly<Record<string, unknown>>
}
