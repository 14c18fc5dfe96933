import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'
import type { Logger } from 'pino'
import { type ConsumerSpec, superviseConsumer } from './messaging-consumer.ts'
import { readWholeTopic } from './messaging-read.ts'
import { type Namespace, qualify } from './namespace.ts'

/** A message to publish. Topics are named without the namespace everywhere; the bus adds it. */
export interface Outgoing {
  readonly topic: string
  readonly key: string
  readonly value: Uint8Array | null
  readonly headers: Readonly<Record<string, string>>
}

/** A message as it was read. */
export interface Incoming {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: string
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly compacted: boolean
}

export interface Bus extends AsyncDisposable {
  readonly namespace: Namespace
  /** Resolves when every in-sync replica has the messages. Messages of one key stay in order. */
  publish(messages: readonly Outgoing[]): Promise<void>
  /** Consumes until disposed, whatever happens to the broker. */
  consume(spec: ConsumerSpec): AsyncDisposable
  /** Every message of a topic from its beginning to its present end. */
  readAll(topic: string): Promise<Incoming[]>
  /** Creates the topics that are missing, and waits until they can be written to; a topic that exists is left as it is. */
  createTopics(topics: readonly TopicSpec[]): Promise<void>
}

export interface BusOptions {
  readonly brokers: readonly string[]
  readonly namespace: Namespace
  readonly clientId: string
  readonly logger: Logger
}

/** A new topic is unknown at first, then has no leader, then one that does not know of it: kafkajs gives up at most of that. */
const untilLed = retry(handleAll, { maxAttempts: 12, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 2_000 }) })

const LEVELS = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'debug',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'trace',
  [logLevel.NOTHING]: 'trace',
} as const

/** The message bus. Opens no connection before the first use, so that a service starts while the broker is down. */
export function openBus({ brokers, namespace, clientId, logger }: BusOptions): Bus {
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: qualify(namespace, clientId),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 3 },
    logLevel: logLevel.INFO,
    // What kafkajs calls an error is mostly a retry; whoever owns the operation logs the failure that stays.
    logCreator:
      () =>
      ({ level, log: { message, timestamp: _, logger: __, ...details } }) =>
        logger[LEVELS[level]]({ kafka: details }, message),
  })
  const publisher = openPublisher(kafka, namespace)
  const consumers = new Set<AsyncDisposable>()

  const withAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = kafka.admin()
    await admin.connect()
    try {
      return await work(admin)
    } finally {
      await admin.disconnect()
    }
  }

  return {
    namespace,
    publish: publisher.publish,
    consume(spec) {
      const consumer = superviseConsumer({ kafka, namespace, logger, spec })
      consumers.add(consumer)
      return consumer
    },
    readAll: (topic) => withAdmin((admin) => readWholeTopic({ kafka, admin, namespace, topic })),
    createTopics: (topics) =>
      withAdmin(async (admin) => {
        await admin.createTopics({
          waitForLeaders: false,
          topics: topics.map(({ name, partitions, compacted }) => ({
            topic: qualify(namespace, name),
            numPartitions: partitions,
            configEntries: compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : [],
          })),
        })
        // Only leaders answer this. One at a time: what is still asked for when another fails would open the connection again.
        for (const { name } of topics) await untilLed.execute(() => admin.fetchTopicOffsets(qualify(namespace, name)))
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...consumers].map((consumer) => consumer[Symbol.asyncDispose]()))
      await publisher[Symbol.asyncDispose]()
    },
  }
}

/**
 * Sends one at a time: parallel sends break the sequence numbers of kafkajs. After a failure the producer is thrown away:
 * the broker may hold what was sent, and would take the next messages under the same numbers for repeats and drop them.
 */
function openPublisher(kafka: Kafka, namespace: Namespace) {
  let current: Promise<Producer> | undefined
  let last: Promise<unknown> = Promise.resolve()

  const connect = async () => {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    })
    await producer.connect()
    return producer
  }
  const discard = async () => {
    const old = current
    current = undefined
    await old?.then((producer) => producer.disconnect()).catch(() => undefined)
  }
  const send = async (messages: readonly Outgoing[]) => {
    const byTopic = Map.groupBy(messages, ({ topic }) => topic)
    const topicMessages = [...byTopic].map(([topic, of]) => ({
      topic: qualify(namespace, topic),
      messages: of.map(({ key, value, headers }) => ({ key, value: value && Buffer.from(value), headers: { ...headers } })),
    }))
    try {
      current ??= connect()
      const producer = await current
      await producer.sendBatch({ acks: -1, topicMessages })
    } catch (error) {
      await discard()
      throw error
    }
  }

  return {
    publish(messages: readonly Outgoing[]): Promise<void> {
      if (messages.length === 0) return Promise.resolve()
      const sent = last.then(() => send(messages))
      last = sent.catch(() => undefined)
      return sent
    },
    async [Symbol.asyncDispose]() {
      await last
      await discard()
    },
  }
}
