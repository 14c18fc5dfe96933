import { fault } from '@vibely/kit/errors'
import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import { identityKey } from './identity-key.ts'
import { type SharedWork, sharedWork } from './shared-work.ts'
import { CallerLeft } from './source.ts'
import { underWay } from './under-way.ts'

/**
 * Queries that are the same and under way at the same time run once: same operation as this caller may run it, same
 * variables, same identity. Nothing else of a request reaches a subgraph's reads, so nothing else can make answers differ.
 * After a mutation nobody joins a query that began before it.
 */
export function inFlightOperations(run: (input: Run) => Promise<Answer>): (input: Run) => Promise<Answer> {
  // A prepared operation is one object for all who may run it, and another one after a reload.
  const queries = underWay<PreparedOperation, Answer>()
  return (input) => {
    const { operation, variables, caller, signal, event } = input
    if (operation.kind === 'mutation') return run(input).finally(queries.forget)
    if (operation.kind !== 'query' || operation.inParts || event) return run(input)
    const key = `${identityKey(caller)}\0${JSON.stringify(variables ?? {})}`
    const start = (cancelled: AbortSignal) => run({ ...input, signal: cancelled })
    return joined(
      queries.workOf(operation, key, (onOver) => sharedWork({ start, onOver })),
      signal,
    )
  }
}

/** What one of the callers gets; who has left gets an answer that nobody reads. */
const joined = (work: SharedWork<Answer>, signal: AbortSignal): Promise<Answer> =>
  work.join(signal).catch((error: unknown) => {
    if (!(error instanceof CallerLeft)) throw error
    return { data: undefined, errors: [fault('DEADLINE_EXCEEDED')] }
  })
