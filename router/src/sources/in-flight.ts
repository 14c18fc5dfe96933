import { identityKey } from './identity-key.ts'
import { sharedWork } from './shared-work.ts'
import { isWrite, type Source, type SubgraphAnswer } from './source.ts'
import { underWay } from './under-way.ts'

/**
 * Reads that are the same and under way at the same time become one fetch: same text, variables and identity.
 * After a write nobody joins a read that began before it, so everyone reads what he has written.
 */
export function inFlight(source: Source): Source {
  // By text first: it is long, and always one of a few objects whose hash is known.
  const reads = underWay<string, SubgraphAnswer>()
  return {
    ...source,
    fetch(request, caller, signal) {
      if (isWrite(request)) return source.fetch(request, caller, signal).finally(reads.forget)
      const { query, operationName = '', asOf = '', variables, representations = [] } = request
      const key = [identityKey(caller), operationName, asOf, JSON.stringify(variables), ...representations].join('\0')
      const work = reads.workOf(query, key, (onOver) =>
        sharedWork({
          start: (cancelled) => source.fetch(request, caller, cancelled),
          shared: (answer) => ({ ...answer, shared: true }),
          onOver,
        }),
      )
      return work.join(signal)
    },
  }
}
