import { fault } from '@vibely/kit/errors'
import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import { identityKey } from './identity-key.ts'
import { type SharedWork, sharedWork } from './shared-work.ts'
import { CallerLeft } from './source.ts'

type UnderWay = Map<string, SharedWork<Answer>>

/**
 * Queries that are the same and under way at the same time run once: same operation as this caller may run it, same
 * variables, same identity. Nothing else of a request reaches a subgraph's reads, so nothing else can make answers differ.
 * After a mutation nobody joins a query that began before it.
 */
export function inFlightOperations(run: (input: Run) => Promise<Answer>): (input: Run) => Promise<Answer> {
  // A prepared operation is one object for all who may run it, and another one after a reload.
  let byOperation = new Map<PreparedOperation, UnderWay>()
  return (input) => {
    const { operation, variables, caller, signal, event } = input
    if (operation.kind === 'mutation')
      return run(input).finally(() => {
        byOperation = new Map()
      })
    if (operation.kind !== 'query' || operation.inParts || event) return run(input)
    const key = `${identityKey(caller)}\0${JSON.stringify(variables ?? {})}`
    const all = byOperation
    const same: UnderWay = all.get(operation) ?? new Map()
    const known = same.get(key)
    if (known) return joined(known, signal)
    const work = sharedWork({
      start: (cancelled) => run({ ...input, signal: cancelled }),
      onOver() {
        same.delete(key)
        if (same.size === 0) all.delete(operation)
      },
    })
    same.set(key, work)
    all.set(operation, same)
    return joined(work, signal)
  }
}

/** What one of the callers gets; who has left gets an answer that nobody reads. */
const joined = (work: SharedWork<Answer>, signal: AbortSignal): Promise<Answer> =>
  work.join(signal).catch((error: unknown) => {
    if (!(error instanceof CallerLeft)) throw error
    return { data: undefined, errors: [fault('DEADLINE_EXCEEDED')] }
  })
