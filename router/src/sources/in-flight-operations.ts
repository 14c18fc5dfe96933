import { fault } from '@vibely/kit/errors'
import { isPromise, type Soon } from '@vibely/kit/soon'
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
export function inFlightOperations(run: (input: Run) => Soon<Answer>): (input: Run) => Soon<Answer> {
  // A prepared operation is one object for all who may run it, and another one after a reload.
  const queries = underWay<PreparedOperation, Answer>()
  async function forgetting(mutation: Run): Promise<Answer> {
    try {
      return await run(mutation)
    } finally {
      queries.forget()
    }
  }
  return (input) => {
    const { operation, signal, event } = input
    if (operation.kind === 'mutation') return forgetting(input)
    if (operation.kind !== 'query' || operation.inParts || event) return run(input)
    const key = queries.has(operation) ? keyOf(input) : undefined
    const known = key === undefined ? undefined : queries.find(operation, key)
    if (known) return joined(known, signal)
    const cancel = new AbortController()
    const begun = run({ ...input, signal: cancel.signal })
    if (!isPromise(begun)) return begun
    return joined(
      queries.add(operation, key ?? keyOf(input), (onOver) => sharedWork({ begun, cancel, onOver })),
      signal,
    )
  }
}

const keyOf = ({ caller, variables }: Run): string => `${identityKey(caller)}\0${JSON.stringify(variables ?? {})}`

/** What one of the callers gets; who has left gets an answer that nobody reads. */
const joined = (work: SharedWork<Answer>, signal: AbortSignal): Promise<Answer> =>
  work.join(signal).catch((error: unknown) => {
    if (!(error instanceof CallerLeft)) throw error
    return { data: undefined, errors: [fault('DEADLINE_EXCEEDED')] }
  })
