import type { Redis } from 'ioredis'
import { type LiveEvent, type LiveHead, liveHeads, liveKeys, type StreamEntry, toLiveEvent } from './live-channel.ts'
import { openChannels } from './live-delivery.ts'
import type { Namespace } from './namespace.ts'
import { traceHeaders } from './telemetry.ts'

// Live channels: one Redis stream a channel, whose entry ids are the channel's own numbers, so that an event is on it once.
// A nudge tells the router instances that listen; it may be lost, the stream is read once a second anyway.

export type { LiveEvent, LiveHead } from './live-channel.ts'

/** A stream keeps about so many events. */
export const LIVE_WINDOW = 10_000
const PAGE = 500

// Appends in order, skips what is there, and nudges the living listeners. An id at or below the newest is a repeat.
const PUBLISH = `
for i = 5, #ARGV, 4 do
  local fields = { 'epoch', ARGV[i + 1], 'data', ARGV[i + 2] }
  if ARGV[i + 3] ~= '' then fields[5] = 'traceparent'; fields[6] = ARGV[i + 3] end
  local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[i] .. '-0', unpack(fields))
  if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller') then return added end
end
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  if redis.call('EXISTS', ARGV[2] .. id) == 1 then redis.call('PUBLISH', ARGV[3] .. id, ARGV[4])
  else redis.call('SREM', KEYS[2], id) end
end
return 1`

export interface LivePublisher {
  /** Puts events on their channels' streams, in the order of their numbers. A number at or below the newest is taken for a repeat and skipped. */
  publish(...events: readonly LiveEvent[]): Promise<void>
  /**
   * Brings a stream up to the store: adds every event behind the newest one. Call it after the commit of an event. Two callers
   * at once, a crash in between and an emptied Redis all end in a stream without holes.
   * @param load the channel's events with a number above `after`, ascending, at most `limit`
   */
  catchUp(channel: string, load: (after: number, limit: number) => Promise<readonly LiveEvent[]>): Promise<void>
}

/** The writing side, for the subgraph that owns the channels. */
export function openLivePublisher({ redis, namespace }: { readonly redis: Redis; readonly namespace: Namespace }): LivePublisher {
  const keys = liveKeys(namespace)
  const append = async (channel: string, events: readonly LiveEvent[]) => {
    const trace = traceHeaders().traceparent ?? ''
    const fields = events.flatMap(({ seq, epoch, data, traceparent }) => [seq, epoch, data, traceparent ?? trace])
    await redis.eval(
      PUBLISH,
      2,
      keys.stream(channel),
      keys.instances(channel),
      LIVE_WINDOW,
      keys.instance(''),
      keys.nudges(''),
      channel,
      ...fields,
    )
  }

  return {
    async publish(...events) {
      for (const [channel, of] of Map.groupBy(events, ({ channel }) => channel)) await append(channel, of)
    },
    async catchUp(channel, load) {
      const [head] = await liveHeads(redis, namespace, [channel])
      let after = head?.seq ?? 0
      for (;;) {
        const events = await load(after, PAGE)
        const end = events.at(-1)
        if (end) await append(channel, events)
        if (!end || events.length < PAGE) return
        after = end.seq
      }
    },
  }
}

export interface Listener {
  /** Numbers rise strictly from the head that `listen` gave. Must not throw. */
  onEvent(event: LiveEvent): void
  /** Events are missing, or the numbers started anew: what was missed cannot be told. Events go on behind the new head. */
  onReset?(head: LiveHead): void
}

/** One listener of a channel, until disposed. */
export interface Listening extends AsyncDisposable {
  /** Later events come to the listener; those up to here are read by `range`. Nothing lies between. */
  readonly head: LiveHead
}

export interface LiveReader extends AsyncDisposable {
  /** Resolves when the instance is registered for the channel's nudges. */
  listen(channel: string, listener: Listener | Listener['onEvent']): Promise<Listening>
  /** Events above `after`, ascending, at most `limit`. A first number above `after + 1` means that the rest is no longer there. */
  range(channel: string, after: number, limit?: number): Promise<LiveEvent[]>
  head(channel: string): Promise<LiveHead>
}

export interface LiveReaderOptions {
  readonly redis: Redis
  /** A connection of its own: one that subscribes can do nothing else. */
  readonly subscriber: Redis
  readonly namespace: Namespace
  /** Of this router instance: unique among the living ones. */
  readonly instanceId: string
}

/**
 * The reading side, one a router instance. Events come by nudge within milliseconds, by the fallback read within a second, and
 * after a lost connection by reading again from the same place.
 */
export function openLiveReader(options: LiveReaderOptions): LiveReader {
  const { redis, namespace } = options
  const keys = liveKeys(namespace)
  const channels = openChannels(options)
  return {
    listen: (channel, listener) => channels.listen(channel, typeof listener === 'function' ? { onEvent: listener } : listener),
    async range(channel, after, limit = PAGE) {
      const entries: StreamEntry[] = await redis.xrange(keys.stream(channel), `(${after}-0`, '+', 'COUNT', limit)
      return entries.map((entry) => toLiveEvent(channel, entry))
    },
    async head(channel) {
      const [head] = await liveHeads(redis, namespace, [channel])
      return head ?? { seq: 0, epoch: undefined }
    },
    [Symbol.asyncDispose]: () => channels[Symbol.asyncDispose](),
  }
}
