import { FAULTS, type FaultCode, scrub } from '@vibely/kit/errors'
import type { FastifyReply } from 'fastify'
import { noteOperation } from '../telemetry/logs.ts'
import { inStage } from '../telemetry/traces.ts'

/** Ends a request that never became an operation: a GraphQL error as JSON, whatever the client asked for. */
export const refuse = (reply: FastifyReply, status: number, code: FaultCode, message: string = FAULTS[code].message): FastifyReply =>
  inStage('router.refusal', () => {
    noteOperation(reply.request)
    const body = { errors: [scrub({ message, extensions: { code } })] }
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
  })
