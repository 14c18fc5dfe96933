import { fault } from '@vibely/kit/errors'
import type { LiveEvent, LiveReader } from '@vibely/kit/live'
import type { Viewer } from '@vibely/kit/viewer'
import type { LiveSource } from '../supergraph/live-index.ts'
import { channelFeed } from './channel-feed.ts'
import { channelsOf } from './channels.ts'
import { type Completion, keptCompletion, passingCompletion, upstreamCompletion, upstreamGap } from './completion.ts'
import { storedEvents } from './event-store.ts'
import { openGroup } from './group.ts'
import type { Channel } from './stream.ts'
import type { StreamCursors, StreamPlace } from './stream-cursor.ts'
import type { UpstreamSubscription, Upstreams } from './upstream.ts'

const PAGE = 500

/** Where the events of a subscription come from. */
export interface EventOrigin {
  /** Equal while the same happens there: then a stream goes on through a change of the schema. */
  readonly key: string
  /**
   * The place that a cursor names; null where nothing can be resumed.
   * @throws Fault INVALID_CURSOR when it is forged, or of somewhere else
   */
  placeOf(cursor: unknown): StreamPlace | null
  /** Opens a group there. @param onEmpty called when nobody joins the group any more */
  open(completion: Completion, onEmpty: () => void): Channel
}

/** The events of `@live` fields, in Redis. */
export interface LiveChannels {
  readonly reader: LiveReader
  readonly cursors: StreamCursors
}

type Args = Readonly<Record<string, unknown>>

/**
 * The channels that a field names for a viewer and arguments.
 * @throws Fault BAD_USER_INPUT for several channels of which each has places of its own
 */
export function channelOrigin({ reader, cursors }: LiveChannels, source: LiveSource, viewer: Viewer | null, args: Args): EventOrigin {
  const { channel, replay, store } = source
  const names = channelsOf(channel, viewer, args)
  const [name, ...others] = names
  if (!replay || name === undefined) return passingOrigin(reader, names)
  // A cursor names a place in one channel.
  if (others.length > 0) throw fault('BAD_USER_INPUT', 'A stream that a cursor resumes follows one channel.')
  return keptOrigin(reader, cursors, name, store)
}

/** A channel that is kept as a stream. */
const keptOrigin = (reader: LiveReader, cursors: StreamCursors, name: string, store: string | null): EventOrigin => ({
  key: JSON.stringify(['kept', name]),
  placeOf: (cursor) => (typeof cursor === 'string' ? cursors.decode(name, cursor) : null),
  open(completion, onEmpty) {
    const complete = keptCompletion(completion, cursors, name)
    const group = openGroup<LiveEvent>({
      feed: channelFeed(reader, [name]),
      complete: (event) => complete('LIVE', event, event),
      reset: (place) => complete('RESYNC_REQUIRED', place, null),
      onEmpty,
    })
    const stored = store === null ? null : storedEvents(completion, store, name)
    const range = async (after: number) => {
      const events = await reader.range(name, after, PAGE)
      const isTrimmed = events[0] !== undefined && events[0].seq > after + 1
      const before = isTrimmed && stored ? await stored(after, PAGE) : []
      // With neither, what comes next shows the hole.
      return before.length > 0 ? before : events
    }
    return { group, kept: { complete, range: joined(range), head: () => reader.head(name) } }
  },
})

/** Channels of which the newest state is enough. */
const passingOrigin = (reader: LiveReader, names: readonly string[]): EventOrigin => ({
  key: JSON.stringify(['passing', ...names]),
  placeOf: () => null,
  open(completion, onEmpty) {
    const complete = passingCompletion(completion)
    return { group: openGroup<LiveEvent>({ feed: channelFeed(reader, names), complete, reset: async () => null, onEmpty }), kept: null }
  },
})

/** A subscription to the subgraph that owns the field. */
export const upstreamOrigin = (upstreams: Upstreams, subscription: UpstreamSubscription): EventOrigin => ({
  // Another version of the schema may word it differently: it is the same field's events all the same.
  key: JSON.stringify(['upstream']),
  placeOf: () => null,
  open: (completion, onEmpty) => ({
    group: openGroup({
      feed: upstreams.feed(subscription),
      complete: upstreamCompletion(completion),
      reset: async () => upstreamGap(),
      onEmpty,
    }),
    kept: null,
  }),
})

/** Reads that ask for the same while one is under way are one. */
function joined<T>(read: (after: number) => Promise<T>): (after: number) => Promise<T> {
  const reading = new Map<number, Promise<T>>()
  return (after) => {
    const known = reading.get(after)
    if (known !== undefined) return known
    const started = read(after).finally(() => reading.delete(after))
    reading.set(after, started)
    return started
  }
}
