import type { Logger } from '@vibely/kit/logger'
import { deadline, guard, TaskCancelledError } from '@vibely/kit/resilience'
import { CallerLeft, type Source, SourceFailure, type SubgraphRequest } from './source.ts'

const READ_MS = 3_000
const WRITE_MS = 5_000
const CONCURRENCY = 256

/** True for a request that changes something: it is never sent twice. */
export const isWrite = ({ query }: SubgraphRequest): boolean => query.startsWith('mutation')

/**
 * A source's `fetch` under deadline, breaker and bulkhead, the same for every kind of source.
 * @param send one try; its signal aborts at the deadline or when the caller leaves
 */
export function guarded(name: string, logger: Logger, send: Source['fetch']): Source['fetch'] {
  const { policy } = guard({ concurrency: CONCURRENCY, failed: (error) => !(error instanceof CallerLeft) })
  const read = deadline(READ_MS)
  const write = deadline(WRITE_MS)
  return async (request, caller, outer) => {
    const limit = isWrite(request) ? write : read
    try {
      return await policy.execute(() =>
        limit
          .execute(({ signal }) => send(request, caller, signal), outer)
          .catch((error: unknown) => {
            throw outer.aborted ? new CallerLeft() : error
          }),
      )
    } catch (error) {
      if (error instanceof CallerLeft) throw error
      const code = error instanceof TaskCancelledError ? 'DEADLINE_EXCEEDED' : 'SUBGRAPH_UNAVAILABLE'
      logger.warn({ err: error, subgraph: name, code }, 'no answer from a subgraph')
      throw new SourceFailure(code, error)
    }
  }
}
