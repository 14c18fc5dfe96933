import type { Logger } from '@vibely/kit/logger'
import { deadline, guard, TaskCancelledError } from '@vibely/kit/resilience'
import { CallerLeft, isWrite, type Source, SourceFailure } from './source.ts'

const READ_MS = 3_000
const WRITE_MS = 5_000
const CONCURRENCY = 256

/**
 * A source's `fetch` under deadline, breaker and bulkhead, the same for every kind of source.
 * @param send one try; its signal aborts at the deadline or when the caller leaves
 */
export function guarded(name: string, logger: Logger, send: Source['fetch']): Source['fetch'] {
  // Only what the subgraph failed at opens the breaker: neither callers who left, nor a bulkhead that was full.
  const { policy } = guard({ concurrency: CONCURRENCY, failed: (error) => error instanceof SourceFailure })
  const read = deadline(READ_MS)
  const write = deadline(WRITE_MS)
  return async (request, caller, outer) => {
    const limit = isWrite(request) ? write : read
    const attempt = async () => {
      try {
        return await limit.execute(({ signal }) => send(request, caller, signal), outer)
      } catch (error) {
        if (outer.aborted) throw new CallerLeft()
        throw new SourceFailure(error instanceof TaskCancelledError ? 'DEADLINE_EXCEEDED' : 'SUBGRAPH_UNAVAILABLE', error)
      }
    }
    try {
      return await policy.execute(attempt)
    } catch (error) {
      if (error instanceof CallerLeft) throw error
      const failure = error instanceof SourceFailure ? error : new SourceFailure('SUBGRAPH_UNAVAILABLE', error)
      logger.warn({ err: failure.cause, subgraph: name, code: failure.code }, 'no answer from a subgraph')
      throw failure
    }
  }
}
