import { identityKey } from './identity-key.ts'
import { type SharedWork, sharedWork } from './shared-work.ts'
import { isWrite, type Source, type SubgraphAnswer } from './source.ts'

type UnderWay = Map<string, SharedWork<SubgraphAnswer>>

/**
 * Reads that are the same and under way at the same time become one fetch: same text, variables and identity.
 * After a write nobody joins a read that began before it, so everyone reads what he has written.
 */
export function inFlight(source: Source): Source {
  // By text first: it is long, and always one of a few objects whose hash is known.
  let byQuery = new Map<string, UnderWay>()
  return {
    name: source.name,
    fetch(request, caller, signal) {
      if (isWrite(request))
        return source.fetch(request, caller, signal).finally(() => {
          byQuery = new Map()
        })
      const { query, operationName = '', asOf = '', variables, representations = [] } = request
      const key = [identityKey(caller), operationName, asOf, JSON.stringify(variables), ...representations].join('\0')
      const all = byQuery
      const same: UnderWay = all.get(query) ?? new Map()
      const known = same.get(key)
      if (known) return known.join(signal)
      const work = sharedWork({
        start: (cancelled) => source.fetch(request, caller, cancelled),
        shared: (answer) => ({ ...answer, shared: true }),
        onOver() {
          same.delete(key)
          if (same.size === 0) all.delete(query)
        },
      })
      same.set(key, work)
      all.set(query, same)
      return work.join(signal)
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}
