import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import { metrics } from '@opentelemetry/api'
import type { ViewOptions } from '@opentelemetry/sdk-metrics'

/** No label may make more series than this: a label that a caller can choose would fill the memory. */
const SERIES_EACH = 200

export const VIEWS: ViewOptions[] = [{ instrumentName: '*', aggregationCardinalityLimit: SERIES_EACH }]

/** Measures the process itself: memory, processor time, event loop. */
export function observeProcess(): void {
  const meter = metrics.getMeter('vibely')
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  meter.createObservableGauge('nodejs_eventloop_lag_seconds').addCallback((result) => {
    result.observe(lag.percentile(99) / 1e9, { quantile: '0.99' })
    lag.reset()
  })
  meter.createObservableGauge('process_resident_memory_bytes').addCallback((result) => result.observe(process.memoryUsage.rss()))
  meter.createObservableGauge('nodejs_heap_used_bytes').addCallback((result) => result.observe(process.memoryUsage().heapUsed))
  meter.createObservableCounter('process_cpu_seconds_total').addCallback((result) => {
    const { user, system } = process.cpuUsage()
    result.observe((user + system) / 1e6)
  })
  meter.createObservableGauge('build_info').addCallback((result) => result.observe(1, { node: process.version }))
}
