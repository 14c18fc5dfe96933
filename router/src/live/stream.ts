import { setTimeout } from 'node:timers/promises'
import type { LiveEvent, LiveHead } from '@vibely/kit/live'
import type { GraphQLError } from 'graphql'
import type { Group, Member } from './group.ts'
import { type Backlog, resultQueue } from './queue.ts'
import type { LiveResult } from './result.ts'
import type { StreamPlace } from './stream-cursor.ts'

const AGAIN_MS = 500
const BEHIND_MS = 20
const BATCH = 32

export type StreamPhase = 'REPLAY' | 'CAUGHT_UP' | 'LIVE' | 'RESYNC_REQUIRED'

/** The way to the client, for one subscription. */
export interface Outlet {
  /** False when the client takes no more for now: the stream waits until it is resumed. */
  send(result: LiveResult): boolean
  /** Sends of this work leave together. */
  batch(work: () => void): void
  /** Bytes that were sent and have not left. */
  buffered(): number
  /** Nothing follows. Called at most once, and not for a stream that was closed. */
  end(errors: readonly GraphQLError[]): void
  /** The client reads so slowly that events would be lost. The stream is closed. */
  overflow(): void
  /** Whether the client's credential is still good; when it is not, the client is already being told. */
  mayReceive(): boolean
}

/** A group, and how one member of it catches up. */
export interface Channel {
  readonly group: Group
  /** Null where nothing is kept: events come from now on, without phases. */
  readonly kept: {
    /** The next events behind a place, ascending. @throws while Redis is away */
    readonly range: (after: number) => Promise<readonly LiveEvent[]>
    readonly head: () => Promise<LiveHead>
    /** Completes an event for this member; null when it cannot be read. Must not reject. */
    readonly complete: (phase: StreamPhase, place: StreamPlace, event: LiveEvent | null) => Promise<LiveResult | null>
  } | null
}

/** One client's subscription. Nothing is sent before `start`. */
export interface Stream {
  start(): void
  /** The client takes results again. */
  resume(): void
  /** Goes on in another group from the present place: nothing is lost, nothing comes twice. */
  moveTo(channel: Channel): Promise<void>
  close(): void
}

/**
 * Events of a channel from a place on: what was missed, then what happens. Each comes once and in order, or a
 * RESYNC_REQUIRED says that it cannot. Resolves when the channel is listened to.
 * @param options.after where the client has been; null: live from now on
 */
export async function openStream(options: {
  readonly channel: Channel
  readonly after: StreamPlace | null
  readonly outlet: Outlet
  readonly backlog: Backlog
}): Promise<Stream> {
  const { after, outlet, backlog } = options
  let { channel } = options
  const queue = resultQueue(backlog)
  // Behind: missed events are read, live ones are only noted; they are kept, and the reading goes on until it has them.
  let state: 'opening' | 'behind' | 'live' | 'closed' = after ? 'behind' : 'opening'
  let place: StreamPlace = after ?? { epoch: '', seq: 0 }
  let noted = 0
  let started = false
  let full = true
  let whenTaken: (() => void) | null = null
  // Each reading of missed events has a number: a newer one, or a reset, ends it.
  let reading = 0

  function send(result: LiveResult): void {
    if (outlet.mayReceive()) full = !outlet.send(result)
    else close()
  }
  function emit(result: LiveResult): void {
    if (!full && queue.isEmpty()) send(result)
    else if (!queue.push(result, outlet.buffered())) {
      close()
      outlet.overflow()
    }
  }
  function flush(): void {
    full = false
    while (!full && state !== 'closed') {
      const result = queue.shift()
      if (!result) break
      send(result)
    }
    if (full) return
    whenTaken?.()
    whenTaken = null
  }

  const member: Member = {
    onResult(at, result) {
      if (!channel.kept) return void (result && emit(result))
      noted = at.seq
      if (state === 'behind' || (at.seq <= place.seq && at.epoch === place.epoch)) return
      if (!follows(at, place)) return catchUp('LIVE')
      place = at
      if (result) emit(result)
    },
    onReset(at, result) {
      if (!channel.kept) return void (result && emit(result))
      // What the group has missed may be read all the same: from the stream, or from the store behind it.
      if (at.epoch === place.epoch && at.seq > place.seq && state !== 'opening') {
        noted = at.seq
        return state === 'behind' ? undefined : catchUp('LIVE')
      }
      if (state === 'behind') state = 'live'
      reading += 1
      noted = at.seq
      place = at
      if (result) emit(result)
    },
    onEnd(errors) {
      if (state === 'closed') return
      close()
      outlet.end(errors)
    },
  }

  /** Sends what the member has missed; behind that it is live. */
  function catchUp(phase: 'REPLAY' | 'LIVE'): void {
    state = 'behind'
    reading += 1
    const own = reading
    const isOver = () => own !== reading || state !== 'behind'
    void (async () => {
      while (!isOver()) {
        try {
          await readPage(phase, isOver)
        } catch {
          // While Redis is away the reading waits: the events are not lost, only late.
          await setTimeout(AGAIN_MS)
        }
      }
    })()
  }

  async function readPage(phase: 'REPLAY' | 'LIVE', isOver: () => boolean): Promise<void> {
    const { kept } = channel
    if (!kept) return
    const events = await kept.range(place.seq)
    const [oldest] = events
    // The window has moved past the place.
    if (oldest && !follows(oldest, place)) {
      const head = await kept.head()
      return goLive(placeOf(head), await kept.complete('RESYNC_REQUIRED', placeOf(head), null), isOver)
    }
    for (let start = 0; start < events.length; start += BATCH) {
      const ready: { readonly at: StreamPlace; readonly result: LiveResult | null }[] = []
      for (const event of events.slice(start, start + BATCH))
        ready.push({ at: placeOf(event), result: await kept.complete(phase, placeOf(event), event) })
      ready.reverse()
      while (ready.length > 0) {
        if (full) await new Promise<void>((resolve) => (whenTaken = resolve))
        if (isOver()) return
        outlet.batch(() => {
          for (let one = ready.pop(); one; one = full || isOver() ? undefined : ready.pop()) {
            place = one.at
            if (one.result) send(one.result)
          }
        })
      }
    }
    if (events.length > 0) return
    // The group is further than the stream: a Redis that lost its end gets it back from the store.
    if (noted > place.seq) await setTimeout(BEHIND_MS)
    goLive(place, phase === 'REPLAY' ? await kept.complete('CAUGHT_UP', place, null) : null, isOver)
  }

  /** Unless more has come meanwhile: then the reading goes on. */
  function goLive(at: StreamPlace, told: LiveResult | null, isOver: () => boolean): void {
    if (isOver() || noted > at.seq) return
    state = 'live'
    place = at
    if (told) emit(told)
  }

  /** Says where the stream begins; events that come meanwhile wait behind that. */
  async function open(): Promise<void> {
    const told = await channel.kept?.complete(isForeign ? 'RESYNC_REQUIRED' : 'CAUGHT_UP', head, null)
    if (state !== 'opening') return
    state = 'live'
    full = false
    if (told) send(told)
    if (!full) flush()
  }

  let head = place
  let isForeign = false
  let membership = await channel.group.join(member, (joined) => {
    head = joined
    isForeign = after !== null && after.epoch !== '' && head.epoch !== '' && after.epoch !== head.epoch
    // A read that others began earlier may lack what the group has already.
    noted = head.seq
    if (after && !isForeign) return
    state = 'opening'
    place = head
  })

  function close(): void {
    if (state === 'closed') return
    state = 'closed'
    queue.clear()
    whenTaken?.()
    membership.leave()
  }
  return {
    start() {
      if (started || state === 'closed') return
      started = true
      if (state === 'opening' && channel.kept) return void open()
      full = false
      if (state === 'behind' && channel.kept) {
        // A cursor of an empty channel names no epoch; that of the first event is as good.
        if (place.epoch === '' && place.seq === head.seq) place = head
        return catchUp('REPLAY')
      }
      state = 'live'
      flush()
    },
    resume() {
      if (started && state !== 'opening' && state !== 'closed') flush()
    },
    async moveTo(next) {
      if (next.group === channel.group) return
      const joined = await next.group.join(member, (at) => {
        membership.leave()
        channel = next
        const isBehind = at.seq > place.seq || at.epoch !== place.epoch
        if (state === 'live' && next.kept && isBehind) catchUp('LIVE')
      })
      membership = joined
      if (state === 'closed') joined.leave()
    },
    close,
  }
}

/** True when nothing lies between a place and what stands at another. */
const follows = (at: StreamPlace, { epoch, seq }: StreamPlace) => at.seq === seq + 1 && (epoch === '' || at.epoch === epoch)

const placeOf = ({ epoch, seq }: LiveHead): StreamPlace => ({ epoch: epoch ?? '', seq })
