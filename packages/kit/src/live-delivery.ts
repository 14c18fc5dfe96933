import type { Listener, Listening, LiveReaderOptions } from './live.ts'
import { type LiveEvent, type LiveHead, liveHeads, liveKeys, type StreamEntry, toLiveEvent } from './live-channel.ts'

interface Channel {
  readonly listeners: Set<Listener>
  /** Those who listen or are about to. */
  users: number
  readonly ready: Promise<void>
  /** How far the listeners are, all of them alike. Undefined until the channel is registered and its head read. */
  last: LiveHead | undefined
}

const HEARTBEAT_MS = 5_000
const INSTANCE_TTL_SECONDS = 15
const REGISTRATION_TTL_SECONDS = 24 * 3_600
const REGISTER_AGAIN_MS = 3_600_000
const FALLBACK_MS = 1_000
const LEAVE_MS = 500
const PAGE = 500
/** A channel that the last listener has left is followed on so long: who comes back finds it open. */
const LINGER_MS = 5_000

/** A listener that throws is a bug: let it end the process, but let the others have their event first. */
function call(work: () => void): void {
  try {
    work()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function deliver(channel: Channel, event: LiveEvent): void {
  const { last } = channel
  if (!last || event.seq <= last.seq) return
  // A jump is a hole: the stream was cut or emptied before it was read. Said aloud, never passed over.
  const missed = last.epoch !== undefined && (event.epoch !== last.epoch || event.seq !== last.seq + 1)
  channel.last = { seq: event.seq, epoch: event.epoch }
  for (const listener of channel.listeners) {
    if (missed) call(() => listener.onReset?.({ seq: event.seq - 1, epoch: event.epoch }))
    call(() => listener.onEvent(event))
  }
}

/** The channels that somebody listens to, kept up to date by nudge, by the clock and after each reconnect. */
export function openChannels({ redis, subscriber, namespace, instanceId }: LiveReaderOptions) {
  const keys = liveKeys(namespace)
  const channels = new Map<string, Channel>()
  const wanted = new Set<string>()
  let reading: Promise<void> | undefined

  const register = async (names: readonly string[]) => {
    const pipeline = redis.pipeline().set(keys.instance(instanceId), '1', 'EX', INSTANCE_TTL_SECONDS)
    for (const name of names) pipeline.sadd(keys.instances(name), instanceId).expire(keys.instances(name), REGISTRATION_TTL_SECONDS)
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
  }

  /** One read for any number of channels; those that may hold more than a page. */
  const readPage = async (names: readonly string[]): Promise<readonly string[]> => {
    const open = names.flatMap((name) => {
      const channel = channels.get(name)
      return channel?.last ? [{ name, channel, after: `${channel.last.seq}-0` }] : []
    })
    if (open.length === 0) return []
    const answer = await redis.xread(
      'COUNT',
      PAGE,
      'STREAMS',
      ...open.map(({ name }) => keys.stream(name)),
      ...open.map(({ after }) => after),
    )
    const byKey = new Map<string, StreamEntry[]>(answer ?? [])
    return open.flatMap(({ name, channel }) => {
      const entries = byKey.get(keys.stream(name)) ?? []
      for (const entry of entries) deliver(channel, toLiveEvent(name, entry))
      return entries.length === PAGE ? [name] : []
    })
  }
  // One read at a time, so that pages of a channel cannot overtake each other. What is asked for meanwhile is read next.
  const read = (names: Iterable<string>): Promise<void> => {
    for (const name of names) wanted.add(name)
    // Without work the loop would end before it is assigned, and stand for a read that never ends.
    if (wanted.size === 0) return reading ?? Promise.resolve()
    reading ??= (async () => {
      try {
        while (wanted.size > 0) {
          const names = [...wanted]
          wanted.clear()
          for (const name of await readPage(names)) wanted.add(name)
        }
      } catch {
        // Redis is away; the next read starts from the same places.
        wanted.clear()
      } finally {
        reading = undefined
      }
    })()
    return reading
  }

  // Numbers that started anew may all be below the last one, where no read would find them: only the epoch tells.
  const compareEpochs = async () => {
    const open = [...channels].filter(([, { last }]) => last?.epoch !== undefined)
    const heads = await liveHeads(
      redis,
      namespace,
      open.map(([name]) => name),
    )
    for (const [i, [, channel]] of open.entries()) {
      const head = heads[i]
      if (!head?.epoch || head.epoch === channel.last?.epoch || head.seq > (channel.last?.seq ?? 0)) continue
      channel.last = head
      for (const listener of channel.listeners) call(() => listener.onReset?.(head))
    }
  }
  const recover = async () => {
    await register([...channels.keys()])
    await compareEpochs()
    await read(channels.keys())
  }
  const inBackground = (work: () => Promise<unknown>) => () => void work().catch(() => undefined)

  const onNudge = (_from: string, channel: string) => void read([channel])
  const onReady = inBackground(recover)
  // One that fails, as when Redis goes while it is under way, is tried again by the next who listens.
  let subscribed: Promise<unknown> | undefined
  const subscribe = () => {
    subscribed ??= subscriber.subscribe(keys.nudges(instanceId)).catch((error: unknown) => {
      subscribed = undefined
      throw error
    })
    return subscribed
  }
  subscribe().catch(() => undefined)
  subscriber.on('message', onNudge).on('ready', onReady)
  redis.on('ready', onReady)
  const timers = [
    setInterval(
      inBackground(() => redis.set(keys.instance(instanceId), '1', 'EX', INSTANCE_TTL_SECONDS)),
      HEARTBEAT_MS,
    ),
    setInterval(inBackground(compareEpochs), HEARTBEAT_MS),
    setInterval(
      inBackground(() => register([...channels.keys()])),
      REGISTER_AGAIN_MS,
    ),
    setInterval(() => void read(channels.keys()), FALLBACK_MS),
  ]

  const open = (name: string): Channel => {
    const known = channels.get(name)
    if (known) return known
    const ready = async () => {
      await subscribe()
      await register([name])
      const [head] = await liveHeads(redis, namespace, [name])
      channel.last = head
    }
    const channel: Channel = { listeners: new Set(), users: 0, last: undefined, ready: Promise.resolve().then(ready) }
    channels.set(name, channel)
    return channel
  }
  const lingering = new Set<NodeJS.Timeout>()
  const close = (name: string, channel: Channel) => {
    if (channel.users > 0 || channels.get(name) !== channel) return
    channels.delete(name)
    redis.srem(keys.instances(name), instanceId).catch(() => undefined)
  }
  const leave = (name: string, channel: Channel) => {
    channel.users -= 1
    if (channel.users > 0) return
    // Without a place it never opened: the next who listens begins anew.
    if (!channel.last) return close(name, channel)
    const timer = setTimeout(() => {
      lingering.delete(timer)
      close(name, channel)
    }, LINGER_MS)
    lingering.add(timer)
  }

  return {
    async listen(name: string, listener: Listener): Promise<Listening> {
      const channel = open(name)
      channel.users += 1
      try {
        await channel.ready
      } catch (error) {
        leave(name, channel)
        throw error
      }
      // No await between taking the place and joining: what comes next comes to this listener too.
      const head = channel.last ?? { seq: 0, epoch: undefined }
      const own: Listener = { onEvent: (event) => listener.onEvent(event), onReset: (at) => listener.onReset?.(at) }
      channel.listeners.add(own)
      return {
        head,
        async [Symbol.asyncDispose]() {
          if (channel.listeners.delete(own)) leave(name, channel)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const timer of [...timers, ...lingering]) clearTimeout(timer)
      subscriber.off('message', onNudge).off('ready', onReady)
      redis.off('ready', onReady)
      const names = [...channels.keys()]
      channels.clear()
      const pipeline = redis.pipeline().del(keys.instance(instanceId))
      for (const name of names) pipeline.srem(keys.instances(name), instanceId)
      // While Redis is away nobody is told; the entries expire by themselves.
      const told = Promise.allSettled([pipeline.exec(), subscriber.unsubscribe(keys.nudges(instanceId))])
      await Promise.race([told, new Promise((resolve) => setTimeout(resolve, LEAVE_MS))])
    },
  }
}
