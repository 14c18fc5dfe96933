import type { Source } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { traceHeaders } from '@vibely/kit/telemetry'

/** Something that happened in a channel, before it has its place there. */
export interface LiveEvent {
  /** Channel as the SDL's `@live` spells it, arguments filled in: `notifications:user_01h…`. */
  readonly channel: string
  /** The subscription field's value as feed would resolve it: ids and `__typename`; the router fills in the rest. */
  readonly data: Readonly<Record<string, unknown>>
}

/** An event at its place. `seq` counts each channel from 1 without a gap. */
export interface StoredEvent extends LiveEvent {
  readonly seq: number
  /** W3C trace context of the write behind it. */
  readonly traceparent: string | null
}

interface EventRow extends StoredEvent {
  readonly createdAt: Date
  /** False until it stands in its Redis stream. */
  readonly published: boolean
}

interface ChannelRow {
  readonly _id: string
  readonly seq: number
}

/** A channel of which the store holds events. */
export interface StoredChannel {
  readonly channel: string
  readonly firstSeq: number
}

const events = ({ db }: Source) => db.collection<EventRow>('live_events')
const channels = ({ db }: Source) => db.collection<ChannelRow>('live_channels')

/**
 * Appends events to their channels, in the transaction of what happened. The counter's row is written first: another
 * writer of the channel conflicts with it and comes after, so `seq` is the order in which events become visible.
 */
export async function appendEvents(tx: MongoTx, appended: readonly LiveEvent[]): Promise<void> {
  if (appended.length === 0) return
  const { session } = tx
  const byChannel = Map.groupBy(appended, ({ channel }) => channel)
  await channels(tx).bulkWrite(
    [...byChannel].map(([channel, of]) => ({
      updateOne: { filter: { _id: channel }, update: { $inc: { seq: of.length } }, upsert: true },
    })),
    { session, ordered: false },
  )
  const counters = await channels(tx)
    .find({ _id: { $in: [...byChannel.keys()] } }, { session })
    .toArray()
  const createdAt = new Date()
  const traceparent = traceHeaders().traceparent ?? null
  const rows = counters.flatMap(({ _id, seq }) => {
    const of = byChannel.get(_id) ?? []
    return of.map((event, index) => ({ ...event, seq: seq - of.length + 1 + index, traceparent, createdAt, published: false }))
  })
  await events(tx).insertMany(rows, { session })
}

/** Channels with events that are not in Redis yet. */
export async function channelsToPublish(source: Source, limit: number): Promise<string[]> {
  const rows = await events(source)
    .find({ published: false }, { projection: { channel: 1 } })
    .sort({ channel: 1, seq: 1 })
    .limit(limit)
    .toArray()
  return [...new Set(rows.map(({ channel }) => channel))]
}

/** Events of a channel behind a place, in order. On one snapshot, so that none is seen without the ones before it. */
export const eventsAfter = (source: Source, channel: string, afterSeq: number, limit: number): Promise<StoredEvent[]> =>
  events(source)
    .find({ channel, seq: { $gt: afterSeq } }, { readConcern: { level: 'snapshot' } })
    .sort({ seq: 1 })
    .limit(limit)
    .toArray()

/** Notes that the events up to `seq` of a channel are in Redis. Repeating it changes nothing. */
export async function markPublished(source: Source, channel: string, seq: number): Promise<void> {
  await events(source).updateMany({ channel, seq: { $lte: seq }, published: false }, { $set: { published: true } })
}

/** A page of the channels that the store holds events of, behind a channel's name. */
export const storedChannels = (source: Source, afterChannel: string, limit: number): Promise<StoredChannel[]> =>
  events(source)
    .aggregate<StoredChannel>([
      { $match: { channel: { $gt: afterChannel } } },
      { $sort: { channel: 1, seq: 1 } },
      { $group: { _id: '$channel', firstSeq: { $first: '$seq' } } },
      { $sort: { _id: 1 } },
      { $limit: limit },
      { $project: { _id: 0, channel: '$_id', firstSeq: 1 } },
    ])
    .toArray()

/**
 * Names this store of events. Cursors hold it: another store, or one set back to a backup, has another epoch, and a
 * cursor of the old one asks for a new start. Losing Redis keeps it, because the streams are filled again from here.
 */
export async function readEpoch(source: Source): Promise<string> {
  const row = await source.db.collection<{ _id: string; epoch: string }>('live_store').findOne({ _id: 'epoch' })
  if (!row) throw new Error('the event store has no epoch: run the migration')
  return row.epoch
}
