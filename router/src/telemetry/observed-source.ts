import { performance } from 'node:perf_hooks'
import { CallerLeft, type Source, SourceFailure } from '../sources/source.ts'
import { subgraphSeconds } from './metrics.ts'
import { inRecordedSpan } from './traces.ts'

/** The source with its requests measured: a span and a duration each. */
export function observedSource(source: Source): Source {
  const subgraph = source.name
  const attributes = { 'subgraph.name': subgraph }
  return {
    ...source,
    async fetch(request, caller, signal) {
      const startedAt = performance.now()
      let outcome = 'ok'
      try {
        return await inRecordedSpan('router.fetch', attributes, () => source.fetch(request, caller, signal))
      } catch (error) {
        outcome = error instanceof SourceFailure ? error.code : error instanceof CallerLeft ? 'left' : 'INTERNAL'
        throw error
      } finally {
        subgraphSeconds.record((performance.now() - startedAt) / 1000, { subgraph, outcome })
      }
    },
  }
}
