import type { Redis } from 'ioredis'
import { type Namespace, qualify } from './namespace.ts'

/** One event of a channel. */
export interface LiveEvent {
  readonly channel: string
  /** Place in the channel: counts from 1 without holes. */
  readonly seq: number
  /** Changes when the numbers of a channel start anew. */
  readonly epoch: string
  readonly data: string
  /** W3C trace context of the write behind it. */
  readonly traceparent?: string
}

/** Where a channel's stream stands: the place right behind its newest event. */
export interface LiveHead {
  readonly seq: number
  /** Undefined while the stream is empty. */
  readonly epoch: string | undefined
}

export type StreamEntry = [id: string, fields: string[]]

/** The names in Redis. */
export const liveKeys = (namespace: Namespace) => ({
  stream: (channel: string) => qualify(namespace, `live:${channel}`),
  /** The router instances that listen to a channel. */
  instances: (channel: string) => qualify(namespace, `live_instances:${channel}`),
  /** Exists while the instance lives. */
  instance: (id: string) => qualify(namespace, `instance:${id}`),
  /** Pub/sub channel of an instance's nudges. */
  nudges: (id: string) => qualify(namespace, `gateway_events:${id}`),
})

/** Reads an entry of a stream; its id is `<seq>-0`. */
export function toLiveEvent(channel: string, [id, fields]: StreamEntry): LiveEvent {
  const read: Record<string, string> = {}
  for (let i = 0; i + 1 < fields.length; i += 2) read[fields[i] ?? ''] = fields[i + 1] ?? ''
  const { epoch = '', data = '', traceparent } = read
  return { channel, seq: Number(id.split('-')[0]), epoch, data, ...(traceparent !== undefined && { traceparent }) }
}

/** The newest place of each channel, in one round trip. */
export async function liveHeads(redis: Redis, namespace: Namespace, channels: readonly string[]): Promise<LiveHead[]> {
  const keys = liveKeys(namespace)
  const pipeline = redis.pipeline()
  for (const channel of channels) pipeline.xrevrange(keys.stream(channel), '+', '-', 'COUNT', 1)
  const answers = (await pipeline.exec()) ?? []
  return channels.map((channel, i) => {
    const [error, entries] = answers[i] ?? []
    if (error) throw error
    const newest = (entries as StreamEntry[] | undefined)?.[0]
    if (!newest) return { seq: 0, epoch: undefined }
    const { seq, epoch } = toLiveEvent(channel, newest)
    return { seq, epoch }
  })
}
