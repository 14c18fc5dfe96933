import { setTimeout } from 'node:timers/promises'
import { fault } from '@vibely/kit/errors'
import type { Listening, LiveEvent, LiveHead, LiveReader } from '@vibely/kit/live'
import { eventQueue } from './queue.ts'
import type { StreamCursors, StreamPlace } from './stream-cursor.ts'

const PAGE = 500
const LISTEN_MS = 3_000

export type StreamPhase = 'REPLAY' | 'CAUGHT_UP' | 'LIVE' | 'RESYNC_REQUIRED'

/** What a subscription passes on. Only REPLAY and LIVE carry an event. */
export interface StreamItem {
  readonly phase: StreamPhase
  /** Names the place right behind this item. */
  readonly cursor: string
  readonly event: LiveEvent | null
}

export interface LiveStream {
  /** The next item, in the order of the channel; null once the stream is closed. */
  next(): Promise<StreamItem | null>
  close(): Promise<void>
}

export interface StreamOptions {
  readonly reader: LiveReader
  readonly cursors: StreamCursors
  readonly channel: string
  /** Where the client has been; undefined: live from now on. */
  readonly after: string | null | undefined
  /** Called once when the client reads so slowly that events would be lost. The stream is closed then. */
  readonly onOverflow: () => void
}

/**
 * Events of a channel from a cursor on: what was missed, then what happens. Each event comes once and in order, or a
 * RESYNC_REQUIRED says that it cannot. Resolves when the channel is listened to, so that nothing is missed from then on.
 * @throws Fault INVALID_CURSOR, SUBGRAPH_UNAVAILABLE while Redis is away
 */
export async function openStream({ reader, cursors, channel, after, onOverflow }: StreamOptions): Promise<LiveStream> {
  const from = after == null ? null : cursors.decode(channel, after)
  const queue = eventQueue<StreamItem>()
  const first: StreamItem[] = []
  // While missed events are read, live ones are only noted: they are on the stream, and the reading goes on until it has them.
  let replaying = from !== null
  let noted = 0
  let place: StreamPlace = from ?? { epoch: '', seq: 0 }

  const item = (phase: StreamPhase, at: StreamPlace, event: LiveEvent | null = null): StreamItem => {
    place = at
    return { phase, cursor: cursors.encode(channel, at), event }
  }
  const push = (made: StreamItem) => {
    if (queue.push(made, made.event?.data.length ?? 0)) return
    queue.close()
    onOverflow()
  }
  const onEvent = (event: LiveEvent) => {
    noted = event.seq
    if (replaying || event.seq <= place.seq) return
    // Channels count without holes: a hole is a loss, and is told.
    if (!follows(event, place)) push(item('RESYNC_REQUIRED', { epoch: event.epoch, seq: event.seq - 1 }))
    push(item('LIVE', event, event))
  }
  const onReset = (head: LiveHead) => {
    replaying = false
    push(item('RESYNC_REQUIRED', placeOf(head)))
  }

  const listening = await inTime(reader.listen(channel, { onEvent, onReset }))
  const { head } = listening
  if (from === null) {
    first.push(item('CAUGHT_UP', placeOf(head)))
  } else if (from.epoch !== '' && head.epoch !== undefined && from.epoch !== head.epoch) {
    replaying = false
    first.push(item('RESYNC_REQUIRED', placeOf(head)))
  }

  /** Reads the next page of missed events into `first`; behind the last one the stream is live. */
  async function replay(): Promise<void> {
    const events = await reader.range(channel, place.seq, PAGE)
    if (!replaying) return
    const [oldest] = events
    if (oldest && !follows(oldest, place)) {
      // The window has moved past the cursor.
      let now = head
      do now = await reader.head(channel)
      while (noted > now.seq)
      if (!replaying) return
      replaying = false
      first.push(item('RESYNC_REQUIRED', placeOf(now)))
      return
    }
    first.push(...events.map((event) => item('REPLAY', event, event)))
    if (events.length > 0 || noted > place.seq) return
    replaying = false
    first.push(item('CAUGHT_UP', { epoch: place.epoch || (head.epoch ?? ''), seq: place.seq }))
  }

  return {
    async next() {
      // While Redis is away the reading waits: the events are not lost, only late.
      while (first.length === 0 && replaying) await replay().catch(pause)
      return first.shift() ?? queue.next()
    },
    async close() {
      replaying = false
      first.length = 0
      queue.close()
      await listening[Symbol.asyncDispose]()
    },
  }
}

/** What comes too late is left again: the client is told to try later, and does not wait for Redis to come back. */
async function inTime(listen: Promise<Listening>): Promise<Listening> {
  const clock = new AbortController()
  const late = setTimeout(LISTEN_MS, null, { signal: clock.signal }).catch(() => null)
  const listening = await Promise.race([listen, late])
    .catch(() => null)
    .finally(() => clock.abort())
  if (listening) return listening
  listen.then((left) => left[Symbol.asyncDispose]()).catch(() => undefined)
  throw fault('SUBGRAPH_UNAVAILABLE', 'Live events are unavailable.')
}

/** True when nothing lies between a place and an event. */
const follows = (event: LiveEvent, { epoch, seq }: StreamPlace) => event.seq === seq + 1 && (epoch === '' || event.epoch === epoch)

const pause = () => setTimeout<void>(500)

const placeOf = ({ epoch, seq }: LiveHead): StreamPlace => ({ epoch: epoch ?? '', seq })
