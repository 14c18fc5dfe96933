import { isPromise } from '@vibely/kit/soon'
import type { Caller } from '@vibely/kit/viewer'
import { identityKey } from './identity-key.ts'
import { sharedWork } from './shared-work.ts'
import { CallerLeft, isWrite, representationText, type Source, type SubgraphAnswer, type SubgraphRequest } from './source.ts'
import { underWay } from './under-way.ts'

/**
 * Reads that are the same and under way at the same time become one fetch: same text, variables and identity.
 * After a write nobody joins a read that began before it, so everyone reads what he has written.
 */
export function inFlight(source: Source): Source {
  // By text first: it is long, and always one of a few objects whose hash is known.
  const reads = underWay<string, SubgraphAnswer>()
  const shared = (answer: SubgraphAnswer): SubgraphAnswer => ({ ...answer, shared: true })
  return {
    ...source,
    fetch(request, caller, signal) {
      const { query } = request
      if (isWrite(request)) {
        const written = source.fetch(request, caller, signal)
        if (isPromise(written)) return written.finally(reads.forget)
        reads.forget()
        return written
      }
      if (signal.aborted) return Promise.reject(new CallerLeft())
      const key = reads.has(query) ? keyOf(request, caller) : undefined
      const known = key === undefined ? undefined : reads.find(query, key)
      if (known) return known.join(signal)
      const cancel = new AbortController()
      const begun = source.fetch(request, caller, cancel.signal)
      // Nobody could join it: it is over.
      if (!isPromise(begun)) return begun
      return reads.add(query, key ?? keyOf(request, caller), (onOver) => sharedWork({ begun, cancel, shared, onOver })).join(signal)
    },
  }
}

const keyOf = ({ operationName = '', asOf = '', variables, representations = [] }: SubgraphRequest, caller: Caller): string =>
  [identityKey(caller), operationName, asOf, JSON.stringify(variables), ...representations.map(representationText)].join('\0')
