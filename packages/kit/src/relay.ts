import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchObservableResult, context, metrics, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type { EntityVersions } from './entity-versions.ts'
import { toMessage } from './envelope.ts'
import type { Bus, Outgoing } from './messaging.ts'
import type { OutboxRecord, OutboxSource } from './outbox.ts'

/** Moves an outbox to Kafka until disposed. `wake()` after a commit saves the wait for the next poll. */
export interface Relay extends AsyncDisposable {
  wake(): void
}

const BATCH = 300
// Polls follow each other closely while there is work, and slow down when there is none.
const POLL_MS = { busy: 10, idle: 50, standby: 250 }
const RETRY_MS = { first: 100, last: 2_000 }
const PURGE_EVERY_MS = 60_000

const tracer = trace.getTracer('vibely')
const meter = metrics.getMeter('vibely')
const published = meter.createCounter('outbox_published_total')
const failures = meter.createCounter('outbox_publish_errors_total')
const gauges = {
  pending: meter.createObservableGauge('outbox_pending'),
  age: meter.createObservableGauge('outbox_oldest_age_seconds'),
  active: meter.createObservableGauge('outbox_relay_active'),
}

/** Starts one relay; any number may run for a service, one at a time is active. Never gives up. */
export function startRelay(options: {
  readonly outbox: OutboxSource
  readonly bus: Bus
  /** Renewed for what the records changed: a writer that died after its commit did not. */
  readonly versions?: EntityVersions
  readonly logger: Logger
}): Relay {
  const { outbox, bus, versions, logger } = options
  const labels = { service: outbox.service }
  const stop = new AbortController()
  let holdsLock = false
  let woken = false
  let endWait: (() => void) | undefined

  const wake = () => {
    woken = true
    endWait?.()
  }
  const wait = async (milliseconds: number) => {
    if (woken || stop.signal.aborted) return
    const waited = new AbortController()
    endWait = () => waited.abort()
    await sleep(milliseconds, undefined, { signal: waited.signal }).catch(() => undefined)
    endWait = undefined
  }
  const publish = async (records: readonly OutboxRecord[]) => {
    // First, so that nobody who hears of a change reads what was before it.
    await versions?.changedBy(records)
    await publishTraced(records, (messages) => bus.publish(messages))
  }

  /** One batch, and how long to wait before the next. */
  const step = async (lastPause: number): Promise<number> => {
    const count = await outbox.publishNext(BATCH, publish)
    holdsLock = count !== 'standby'
    if (count === 'standby') return POLL_MS.standby
    if (count > 0) published.add(count, labels)
    if (count === BATCH) return 0
    return count > 0 ? POLL_MS.busy : Math.min(Math.max(lastPause, POLL_MS.busy) + POLL_MS.busy, POLL_MS.idle)
  }

  const run = async () => {
    let pause = 0
    let retry = RETRY_MS.first
    let nextPurge = 0
    while (!stop.signal.aborted) {
      woken = false
      try {
        pause = await step(pause)
        retry = RETRY_MS.first
        if (holdsLock && Date.now() > nextPurge) {
          nextPurge = Date.now() + PURGE_EVERY_MS
          await outbox.purge()
        }
      } catch (error) {
        failures.add(1, labels)
        logger.warn({ err: error, ...labels }, 'outbox batch failed, trying again')
        pause = retry
        retry = Math.min(retry * 2, RETRY_MS.last)
        // A writer that wakes the relay must not turn the retries into a busy loop.
        woken = false
      }
      await wait(pause)
    }
  }

  const observe = async (result: BatchObservableResult) => {
    const { count, oldestAgeSeconds } = await outbox.pending()
    result.observe(gauges.pending, count, labels)
    result.observe(gauges.age, oldestAgeSeconds, labels)
    result.observe(gauges.active, Number(holdsLock), labels)
  }
  meter.addBatchObservableCallback(observe, Object.values(gauges))

  const watch = outbox.watch?.(wake)
  const ended = run()
  return {
    wake,
    async [Symbol.asyncDispose]() {
      meter.removeBatchObservableCallback(observe, Object.values(gauges))
      stop.abort()
      wake()
      await ended
      await watch?.[Symbol.asyncDispose]()
      await outbox.release?.()
    },
  }
}

/** Each record gets a span under the write that made it, and its message that span's context. */
async function publishTraced(records: readonly OutboxRecord[], send: (messages: readonly Outgoing[]) => Promise<void>): Promise<void> {
  const prepared = records.map((record) => {
    const message = toMessage(record)
    const writer = propagation.extract(context.active(), record.headers)
    const span = tracer.startSpan(
      `publish ${message.topic}`,
      { kind: SpanKind.PRODUCER, attributes: { 'messaging.message.id': record.eventId } },
      writer,
    )
    // Without a tracer nothing is injected, and the writer's own context goes on as it stands in the row.
    const headers = { ...message.headers }
    propagation.inject(trace.setSpan(writer, span), headers)
    return { message: { ...message, headers }, span }
  })
  try {
    await send(prepared.map(({ message }) => message))
  } catch (error) {
    for (const { span } of prepared) span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    for (const { span } of prepared) span.end()
  }
}
