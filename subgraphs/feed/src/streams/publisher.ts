import { LIVE_WINDOW, type LivePublisher, openLivePublisher } from '@vibely/kit/live'
import { liveKeys } from '@vibely/kit/live-channel'
import type { Logger } from '@vibely/kit/logger'
import type { Database } from '@vibely/kit/mongo'
import { type Namespace, qualify } from '@vibely/kit/namespace'
import { openLease } from '@vibely/kit/relay-lease'
import { type Redis, ReplyError } from 'ioredis'
import { startWorker, type Worker } from '../worker.ts'
import { channelsToPublish, eventsAfter, markPublished, readEpoch, storedChannels } from './store.ts'

interface PublisherOptions {
  readonly database: Database
  readonly redis: Redis
  readonly namespace: Namespace
  readonly logger: Logger
}

const EVENTS_A_STEP = 500
const CHANNELS_AT_ONCE = 50
const CHANNELS_A_PAGE = 500
const LOSS_CHECK_MS = 1_000

/**
 * Brings stored events to the Redis streams that routers read, in the order of each channel. An event counts as published
 * only after Redis has it, so a crash in between repeats it, which Redis refuses; a Redis that lost its data is filled
 * again from the store. One process is active at a time.
 */
export function startPublisher(options: PublisherOptions): Worker {
  const { database, redis, namespace, logger } = options
  const lease = openLease(database.db, database.client, 'feed.streams')
  const live = openLivePublisher({ redis, namespace })
  let epoch: string | undefined
  let nextLossCheck = 0

  const worker = startWorker({
    name: 'feed.streams',
    logger,
    async step() {
      if (!(await lease.hold())) return 'standby'
      epoch ??= await readEpoch(database)
      if (performance.now() >= nextLossCheck) {
        await refillIfLost({ ...options, live, epoch })
        nextLossCheck = performance.now() + LOSS_CHECK_MS
      }
      const channels = await channelsToPublish(database, EVENTS_A_STEP)
      for (let start = 0; start < channels.length; start += CHANNELS_AT_ONCE) {
        const some = channels.slice(start, start + CHANNELS_AT_ONCE)
        await Promise.all(some.map((channel) => catchUp(database, live, channel, epoch ?? '')))
      }
      return channels.length > 0 ? 'work' : 'idle'
    },
  })
  return {
    wake: worker.wake,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]()
      await lease.release()
    },
  }
}

/** Appends what the stream of a channel lacks at its end. */
async function catchUp(database: Database, live: LivePublisher, channel: string, epoch: string): Promise<void> {
  let last = 0
  await live.catchUp(channel, async (after, limit) => {
    const events = await eventsAfter(database, channel, after, limit)
    last = events.at(-1)?.seq ?? after
    return events.map(({ seq, data, traceparent }) => ({
      channel,
      seq,
      epoch,
      data: JSON.stringify(data),
      ...(traceparent !== null && { traceparent }),
    }))
  })
  await markPublished(database, channel, last)
}

/**
 * Fills all streams again when Redis has lost them, which the lack of a mark shows. A stream that begins too late, because
 * an event came between the loss and now, is made anew; so is every stream of another epoch.
 */
async function refillIfLost({
  database,
  redis,
  namespace,
  logger,
  live,
  epoch,
}: PublisherOptions & { live: LivePublisher; epoch: string }) {
  const markKey = qualify(namespace, 'live_filled')
  const mark = await redis.get(markKey)
  if (mark === epoch) return
  const begunKey = qualify(namespace, 'live_filling')
  await redis.set(begunKey, epoch)
  const streamOf = liveKeys(namespace).stream
  let count = 0
  for (let after = ''; ; ) {
    const page = await storedChannels(database, after, CHANNELS_A_PAGE)
    for (const { channel, firstSeq } of page) {
      const first = (await redis.xrange(streamOf(channel), '-', '+', 'COUNT', 1)).at(0)?.[0]
      const late = first !== undefined && Number(first.split('-')[0]) > firstSeq && (await redis.xlen(streamOf(channel))) < LIVE_WINDOW
      if (mark !== null || late) await redis.del(streamOf(channel))
      await catchUp(database, live, channel, epoch)
    }
    count += page.length
    const lastOfPage = page.at(-1)
    if (page.length < CHANNELS_A_PAGE || !lastOfPage) break
    after = lastOfPage.channel
  }
  try {
    await redis.rename(begunKey, markKey)
  } catch (error) {
    // Lost again while it was filled: without a mark the next look fills it once more.
    if (error instanceof ReplyError) return
    throw error
  }
  logger.info({ channels: count }, 'live streams filled from the store')
}
