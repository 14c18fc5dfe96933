import { setTimeout as sleep } from 'node:timers/promises'
import { metrics } from '@opentelemetry/api'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { Logger } from 'pino'
import type { Incoming } from './messaging.ts'
import { toIncoming } from './messaging-read.ts'
import { type Namespace, qualify } from './namespace.ts'

/** What became of a message: 'done' moves the offset, 'later' pauses its partition. */
export type Verdict = 'done' | 'later'

export interface ConsumerSpec {
  readonly group: string
  readonly topics: readonly string[]
  /** Must not throw for what a single message can cause: that would stop the partition. */
  handle(message: Incoming): Promise<Verdict>
  /** Resolves when a paused partition may go on. `attempt` counts the pauses without progress, from 1. */
  recovered(attempt: number, signal: AbortSignal): Promise<void>
}

interface Supervised {
  readonly kafka: Kafka
  readonly namespace: Namespace
  readonly logger: Logger
  readonly spec: ConsumerSpec
}

const PARTITIONS_AT_ONCE = 4
const SESSION_MS = 10_000
const HEARTBEAT_MS = 3_000
// No fetch, heartbeat or join for so long: the consumer is dead though it does not say so.
const SILENCE_MS = 30_000
const stalled = metrics.getMeter('vibely').createCounter('consumer_stalled_total')

/** Runs one consumer group member and replaces it when it crashes, cannot join or falls silent. */
export function superviseConsumer(supervised: Supervised): AsyncDisposable {
  const { spec, logger } = supervised
  const stop = new AbortController()

  const supervise = async () => {
    for (let failures = 0; !stop.signal.aborted; ) {
      const { reason, joined } = await runUntilDead(supervised, stop.signal)
      if (stop.signal.aborted) return
      failures = joined ? 0 : failures + 1
      stalled.add(1, { consumer: spec.group })
      logger.warn({ consumer: spec.group, err: reason }, 'consumer is replaced')
      await sleep(Math.min(250 * 2 ** failures, 2_000), undefined, { signal: stop.signal }).catch(() => undefined)
    }
  }
  const ended = supervise()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

async function runUntilDead(
  { kafka, namespace, logger, spec }: Supervised,
  stop: AbortSignal,
): Promise<{ reason: unknown; joined: boolean }> {
  const consumer = kafka.consumer({
    groupId: qualify(namespace, spec.group),
    maxWaitTimeInMs: 500,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    allowAutoTopicCreation: false,
    // A restart of its own, asked for while the consumer is being ended, would bring it back with nobody to end it.
    retry: { retries: 5, restartOnFailure: async () => false },
  })
  const dead = Promise.withResolvers<unknown>()
  const life = new AbortController()
  const watch = watchSigns(consumer, dead.resolve)
  const onStop = () => dead.resolve(undefined)
  stop.addEventListener('abort', onStop)
  let starting: Promise<void> = Promise.resolve()
  try {
    if (stop.aborted) return { reason: undefined, joined: false }
    starting = startConsumer(consumer, namespace, spec, life.signal, logger)
    await Promise.race([starting, dead.promise])
    return { reason: await dead.promise, joined: watch.joined() }
  } catch (error) {
    return { reason: error, joined: false }
  } finally {
    life.abort()
    watch.stop()
    stop.removeEventListener('abort', onStop)
    // A consumer that hangs must not keep its successor waiting; the group drops it after the session time.
    await Promise.race([endConsumer(consumer, starting), sleep(SESSION_MS, undefined, { ref: false })])
  }
}

/** A consumer that is told to end while it starts would go on to connect and join: it is told again when it has started. */
async function endConsumer(consumer: Consumer, starting: Promise<void>): Promise<void> {
  await consumer.disconnect().catch(() => undefined)
  await starting.catch(() => undefined)
  await consumer.disconnect().catch(() => undefined)
}

/** Reports a crash, and silence. */
function watchSigns(consumer: Consumer, report: (reason: unknown) => void) {
  let lastSign = Date.now()
  let joined = false
  const sign = () => {
    lastSign = Date.now()
  }
  consumer.on(consumer.events.FETCH, sign)
  consumer.on(consumer.events.HEARTBEAT, sign)
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joined = true
    sign()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => report(payload.error))
  const timer = setInterval(() => {
    if (Date.now() - lastSign > SILENCE_MS) report(new Error(`no sign of life for ${SILENCE_MS} ms`))
  }, 1_000)
  return { joined: () => joined, stop: () => clearInterval(timer) }
}

async function startConsumer(
  consumer: Consumer,
  namespace: Namespace,
  spec: ConsumerSpec,
  life: AbortSignal,
  logger: Logger,
): Promise<void> {
  const names = new Map(spec.topics.map((topic) => [qualify(namespace, topic), topic]))
  const pauses = new Map<string, number>()
  await consumer.connect()
  if (life.aborted) return
  await consumer.subscribe({ topics: [...names.keys()], fromBeginning: true })
  if (life.aborted) return
  await consumer.run({
    partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
    autoCommitInterval: 1_000,
    eachBatchAutoResolve: false,
    eachBatch: async (payload) => {
      const { batch, pause } = payload
      const place = `${batch.topic}/${batch.partition}`
      const { verdict, progressed } = await handleBatch(payload, names.get(batch.topic) ?? batch.topic, spec)
      const attempt = (progressed ? 0 : (pauses.get(place) ?? 0)) + 1
      if (verdict === 'done') {
        pauses.delete(place)
        return
      }
      pauses.set(place, attempt)
      const resume = pause()
      logger.warn({ consumer: spec.group, topic: batch.topic, partition: batch.partition, attempt }, 'partition paused')
      void spec.recovered(attempt, life).then(resume, () => undefined)
    },
  })
}

/** Hands over message by message; the offset moves only behind a message that is done. */
async function handleBatch(
  payload: EachBatchPayload,
  topic: string,
  spec: ConsumerSpec,
): Promise<{ verdict: Verdict; progressed: boolean }> {
  const { batch, isRunning, isStale, heartbeat, resolveOffset, commitOffsetsIfNecessary } = payload
  let progressed = false
  for (const message of batch.messages) {
    if (!isRunning() || isStale()) break
    // A slow effect must not cost the membership. A failing heartbeat shows at the next one below.
    const beat = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS)
    let verdict: Verdict
    try {
      verdict = await spec.handle(toIncoming(topic, batch.partition, message))
    } finally {
      clearInterval(beat)
    }
    if (verdict === 'later') return { verdict, progressed }
    progressed = true
    resolveOffset(message.offset)
    await commitOffsetsIfNecessary()
    await heartbeat()
  }
  return { verdict: 'done', progressed }
}
