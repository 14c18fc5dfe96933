import type { OutgoingHttpHeaders } from 'node:http'
import { FAULTS, type FaultCode, scrub } from '@vibely/kit/errors'

/** Ends a request that never became an operation. The message is public. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly status: number
  readonly code: FaultCode
  readonly headers: OutgoingHttpHeaders
  constructor(status: number, code: FaultCode, message: string = FAULTS[code].message, headers: OutgoingHttpHeaders = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** Body of a refusal: a GraphQL error as JSON, whatever the client asked for. */
export const refusalText = (
  code: FaultCode,
  message: string = FAULTS[code].message,
  extensions: Readonly<Record<string, unknown>> = {},
): string => JSON.stringify({ errors: [scrub({ message, extensions: { ...extensions, code } })] })
