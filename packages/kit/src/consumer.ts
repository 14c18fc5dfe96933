import { setTimeout as sleep } from 'node:timers/promises'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { context, metrics, propagation, SpanKind, trace } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { withCause } from './cause.ts'
import { TOPIC as DEAD_LETTERS, deadLetter, isReplayFor, originalOf } from './dead-letters.ts'
import type { EntityVersions } from './entity-versions.ts'
import { type Envelope, readEnvelope } from './envelope.ts'
import { InfrastructureError, PermanentError } from './errors.ts'
import { decode } from './event.ts'
import type { FailureKind, Inbox } from './inbox.ts'
import type { Bus, Incoming } from './messaging.ts'
import type { Verdict } from './messaging-consumer.ts'
import { inSpan } from './telemetry.ts'

/** An event as a handler gets it. */
export interface Received<Message> {
  readonly message: Message
  readonly aggregateId: string
  /** Guard of every projection: write only over a smaller one. */
  readonly version: number
  readonly eventId: string
  /** For people; never for order. */
  readonly occurredAt: Date
  readonly actor: string
}

export interface Handler<Tx> {
  readonly type: string
  handle(tx: Tx, payload: Uint8Array, envelope: Envelope): Promise<void>
}

/** What one consumer group does with a topic. Types without a handler are skipped. */
export interface Subscription<Tx> {
  readonly topic: string
  /** `<subgraph>.<purpose>`. Subscriptions of one group share its members and its inbox name. */
  readonly group: string
  readonly handlers: readonly Handler<Tx>[]
}

/** Handles the events of one message type. The effect runs in the transaction that also remembers the event: it happens once. */
export const on = <Desc extends DescMessage, Tx>(
  schema: Desc,
  handle: (tx: Tx, received: Received<MessageShape<Desc>>) => Promise<void>,
): Handler<Tx> => ({
  type: schema.typeName,
  handle(tx, payload, { aggregateId, version, eventId, occurredAt, cause }) {
    return handle(tx, { message: decode(schema, payload), aggregateId, version, eventId, occurredAt, actor: cause.actor })
  },
})

interface Consumers<Tx> {
  readonly bus: Bus
  readonly inbox: Inbox<Tx>
  readonly subscriptions: readonly Subscription<Tx>[]
  /** Renewed for what an event changed. */
  readonly versions?: EntityVersions
  readonly logger: Logger
}

const RETRY_DELAYS_MS = [100, 200, 400]
const PROBE_MS = { first: 250, last: 5_000 }
const PURGE_EVERY_MS = 3_600_000

const meter = metrics.getMeter('vibely')
const processed = meter.createCounter('events_processed_total')
const deduplicated = meter.createCounter('events_deduplicated_total')
const deadLettered = meter.createCounter('events_dead_lettered_total')

/**
 * Starts the consumers of a service and returns at once; they join when the broker is there. Each group also reads the dead
 * letters, for those that are replayed to it. Disposing finishes the message in hand, commits and leaves the group.
 */
export async function startConsumers<Tx>({ bus, inbox, subscriptions, versions, logger }: Consumers<Tx>): Promise<AsyncDisposable> {
  for (const { type } of subscriptions.flatMap(({ handlers }) => handlers)) {
    if (versions && !versions.changes.eventTypes.has(type)) throw new Error(`${type} stands in no row of the entity changes`)
  }
  const groups = Map.groupBy(subscriptions, ({ group }) => group)
  const running = [...groups].map(([group, of]) => {
    const topics = [...new Set(of.map(({ topic }) => topic)), DEAD_LETTERS]
    const handlers = new Map(of.flatMap(({ topic, handlers }) => handlers.map((handler) => [`${topic} ${handler.type}`, handler])))
    const process = openProcess({ bus, inbox, handlers, group, versions, logger })
    return bus.consume({ group, topics, handle: process, recovered: (attempt, signal) => probeUntilWell(inbox, attempt, signal) })
  })
  const purge = setInterval(() => {
    void inbox.purge().catch((error: unknown) => logger.warn({ err: error }, 'inbox purge failed'))
  }, PURGE_EVERY_MS).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(purge)
      await Promise.all(running.map((consumer) => consumer[Symbol.asyncDispose]()))
    },
  }
}

interface Processing<Tx> {
  readonly bus: Bus
  readonly inbox: Inbox<Tx>
  readonly handlers: ReadonlyMap<string, Handler<Tx>>
  readonly group: string
  readonly versions: EntityVersions | undefined
  readonly logger: Logger
}

/** Takes one message to its end: applied, known, skipped, dead-lettered, or later because something it needs is down. */
function openProcess<Tx>({ bus, inbox, handlers, group, versions, logger }: Processing<Tx>): (message: Incoming) => Promise<Verdict> {
  const count = (outcome: string) => processed.add(1, { consumer: group, outcome })
  const kindOf = (error: unknown): FailureKind => {
    if (error instanceof PermanentError) return 'permanent'
    if (error instanceof InfrastructureError) return 'infrastructure'
    return inbox.classify(error) ?? 'transient'
  }

  const apply = async (message: Incoming): Promise<'applied' | 'repeated' | 'skipped'> => {
    const envelope = readEnvelope(message.headers)
    const handler = handlers.get(`${message.topic} ${envelope.type}`)
    if (!handler) return 'skipped'
    const { value } = message
    if (!value) throw new PermanentError('message without a value')
    const outcome = await withCause(envelope.cause, () => inbox.once(group, envelope.eventId, (tx) => handler.handle(tx, value, envelope)))
    // After a repeat too: the first time may have ended between the commit and this.
    await versions?.changedBy([{ type: envelope.type, payload: value }])
    return outcome
  }

  const setAside = async (message: Incoming, error: unknown, attempts: number, firstFailedAt: Date): Promise<Verdict> => {
    logger.error({ err: error, consumer: group, topic: message.topic, offset: message.offset, attempts }, 'message is dead-lettered')
    try {
      await bus.publish([deadLetter({ message, error, kind: kindOf(error), consumer: group, attempts, firstFailedAt })])
    } catch (publishError) {
      // Never skip: the partition waits until the dead letter can be written.
      logger.error({ err: publishError, consumer: group }, 'dead letter could not be written')
      return 'later'
    }
    count('dead_lettered')
    deadLettered.add(1, { reason: kindOf(error) })
    return 'done'
  }

  const attempt = async (message: Incoming): Promise<Verdict> => {
    let firstFailedAt: Date | undefined
    for (let attempts = 1; ; attempts += 1) {
      try {
        const outcome = await apply(message)
        if (outcome === 'repeated') deduplicated.add(1, { consumer: group })
        count(outcome)
        return 'done'
      } catch (error) {
        firstFailedAt ??= new Date()
        const kind = kindOf(error)
        if (kind === 'infrastructure') {
          logger.warn({ err: error, consumer: group, topic: message.topic }, 'store or key out of reach')
          return 'later'
        }
        const delay = RETRY_DELAYS_MS[attempts - 1]
        if (kind === 'permanent' || delay === undefined) return setAside(message, error, attempts, firstFailedAt)
        await sleep(delay * (0.5 + Math.random()))
      }
    }
  }

  return (raw) => {
    if (raw.topic === DEAD_LETTERS && !isReplayFor(raw, group)) return Promise.resolve('done')
    const message = raw.topic === DEAD_LETTERS ? originalOf(raw) : raw
    const publisher = trace.getSpanContext(propagation.extract(context.active(), message.headers))
    return inSpan(
      `process ${message.topic}`,
      {
        kind: SpanKind.CONSUMER,
        from: message.headers,
        links: publisher ? [{ context: publisher }] : [],
        attributes: { 'messaging.consumer.group.name': group, 'messaging.message.id': message.headers.ce_id ?? '' },
      },
      () => attempt(message),
    )
  }
}

/** Waits longer with each pause that brought no progress, then until the store answers. */
async function probeUntilWell<Tx>(inbox: Inbox<Tx>, attempt: number, signal: AbortSignal): Promise<void> {
  for (let tries = attempt; ; tries += 1) {
    await sleep(Math.min(PROBE_MS.first * 2 ** (tries - 1), PROBE_MS.last), undefined, { signal })
    const well = await inbox.probe().then(
      () => true,
      () => false,
    )
    if (well) return
  }
}
