import { randomUUID } from 'node:crypto'
import type { Admin, IHeaders, Kafka, KafkaMessage } from 'kafkajs'
import type { Incoming } from './messaging.ts'
import { type Namespace, qualify } from './namespace.ts'

function readHeaders(headers: IHeaders | undefined): Record<string, string> {
  const read: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value
    if (first !== undefined) read[name] = first.toString()
  }
  return read
}

/** The bus's own form of a Kafka message. */
export const toIncoming = (topic: string, partition: number, { offset, key, value, headers }: KafkaMessage): Incoming => ({
  topic,
  partition,
  offset,
  key: key?.toString() ?? '',
  value,
  headers: readHeaders(headers),
})

/** Reads a topic from its beginning to the end that it had at the call, through a group that is deleted afterwards. */
export async function readWholeTopic(from: { kafka: Kafka; admin: Admin; namespace: Namespace; topic: string }): Promise<Incoming[]> {
  const { kafka, admin, namespace, topic } = from
  const name = qualify(namespace, topic)
  const ends = new Map<number, bigint>()
  for (const { partition, low, high } of await admin.fetchTopicOffsets(name)) {
    if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high))
  }
  const messages: Incoming[] = []
  if (ends.size === 0) return messages

  const groupId = qualify(namespace, `reader.${randomUUID()}`)
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 })
  const done = Promise.withResolvers<void>()
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [name], fromBeginning: true })
    consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error))
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const end = ends.get(batch.partition)
        if (end === undefined) return
        for (const message of batch.messages) {
          if (BigInt(message.offset) < end) messages.push(toIncoming(topic, batch.partition, message))
        }
        // The last offset of the batch counts, not of its messages: compaction and control records leave holes.
        if (BigInt(batch.lastOffset()) + 1n >= end) ends.delete(batch.partition)
        if (ends.size === 0) done.resolve()
      },
    })
    await done.promise
  } finally {
    await consumer.disconnect()
    await admin.deleteGroups([groupId]).catch(() => undefined)
  }
  return messages
}
