import { performance } from 'node:perf_hooks'
import { isPromise } from '@vibely/kit/soon'
import { CallerLeft, type Source, SourceFailure } from '../sources/source.ts'
import { subgraphSeconds } from './metrics.ts'
import { inRecordedSpan } from './traces.ts'

/** The source with its requests measured: a span and a duration each. */
export function observedSource(source: Source): Source {
  const subgraph = source.name
  const attributes = { 'subgraph.name': subgraph }
  const ok = { subgraph, outcome: 'ok' }
  return {
    ...source,
    fetch(request, caller, signal) {
      const startedAt = performance.now()
      const ended = (labels: typeof ok) => subgraphSeconds.record((performance.now() - startedAt) / 1000, labels)
      const answer = inRecordedSpan('router.fetch', attributes, () => source.fetch(request, caller, signal))
      if (!isPromise(answer)) {
        ended(ok)
        return answer
      }
      return answer.then(
        (given) => {
          ended(ok)
          return given
        },
        (error: unknown) => {
          ended({ subgraph, outcome: error instanceof SourceFailure ? error.code : error instanceof CallerLeft ? 'left' : 'INTERNAL' })
          throw error
        },
      )
    },
  }
}
