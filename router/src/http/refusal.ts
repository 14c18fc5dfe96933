import { FAULTS, type FaultCode, scrub } from '@vibely/kit/errors'
import type { FastifyReply } from 'fastify'

/** Ends a request that never became an operation: a GraphQL error as JSON, whatever the client asked for. */
export const refuse = (reply: FastifyReply, status: number, code: FaultCode, message: string = FAULTS[code].message): FastifyReply =>
  reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [scrub({ message, extensions: { code } })] }))
