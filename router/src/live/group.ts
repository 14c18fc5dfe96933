import type { LiveHead } from '@vibely/kit/live'
import type { GraphQLError } from 'graphql'
import type { LiveResult } from './result.ts'
import type { StreamPlace } from './stream-cursor.ts'

/** Something that happened, and where in its channel. */
export interface Happening {
  readonly seq: number
  readonly epoch: string
}

/** Where the happenings of a group come from. */
export interface Feed<Event extends Happening> {
  /** Resolves when nothing is missed from then on. */
  listen(listener: {
    onEvent(event: Event): void
    /** What was missed cannot be told; events go on behind this place. */
    onReset(head: LiveHead): void
    /** Nothing will come any more. */
    onEnd(errors: readonly GraphQLError[]): void
  }): Promise<{ readonly head: LiveHead } & AsyncDisposable>
}

/** One client's part in a group. Its functions are called in the order of the channel, and must not throw. */
export interface Member {
  /** @param result null for an event that cannot be read: it is passed over */
  onResult(place: StreamPlace, result: LiveResult | null): void
  onReset(place: StreamPlace, result: LiveResult | null): void
  onEnd(errors: readonly GraphQLError[]): void
}

export interface Membership {
  leave(): void
}

/** Subscriptions that get the same bytes. */
export interface Group {
  /**
   * Resolves when the channel is listened to.
   * @param onJoin called ahead of the member's functions: what lies behind this place comes to the member
   */
  join(member: Member, onJoin: (place: StreamPlace) => void): Promise<Membership>
}

interface Step {
  readonly make: () => Promise<LiveResult | null>
  readonly hand: (member: Member, result: LiveResult | null) => void
  made?: Promise<LiveResult | null>
}

/** So many events are completed at a time; they are handed out in order all the same. */
const AHEAD = 8
/** A subgraph that hangs must not fill the memory: what has piled up by then is missed, and that is said. */
const MOST_WAITING = 2_000
/** Members are served in slices, so that a large group does not hold up everything else. */
const SLICE = 500

/**
 * Completes each happening of a feed once, and hands the result to all members.
 * @param complete must not reject
 * @param reset the result that tells of a gap
 * @param onEmpty called when the last member has left, or nothing will come: the group takes nobody in any more
 */
export function openGroup<Event extends Happening>(options: {
  readonly feed: Feed<Event>
  readonly complete: (event: Event) => Promise<LiveResult | null>
  readonly reset: (place: StreamPlace) => Promise<LiveResult | null>
  readonly onEmpty: () => void
}): Group {
  const { feed, complete, reset, onEmpty } = options
  const members = new Map<Member, number>()
  const waiting: Step[] = []
  let taken = 0
  let users = 0
  let place: StreamPlace = { epoch: '', seq: 0 }
  let working = false
  let ended: readonly GraphQLError[] | null = null

  async function work(): Promise<void> {
    working = true
    for (let step = waiting[0]; step; step = waiting[0]) {
      for (const ahead of waiting.slice(0, AHEAD)) ahead.made ??= ahead.make()
      const result = await step.made
      // An overflow may have emptied the queue meanwhile.
      if (waiting[0] !== step) continue
      waiting.shift()
      await serve(step, result ?? null, taken - waiting.length)
    }
    working = false
  }
  /** Members who joined behind a step have its event in their place already. */
  async function serve({ hand }: Step, result: LiveResult | null, number: number): Promise<void> {
    let served = 0
    for (const [member, joined] of members) {
      if (joined >= number) continue
      hand(member, result)
      served += 1
      if (served % SLICE === 0) await new Promise(setImmediate)
    }
  }
  function take(step: Step): void {
    taken += 1
    waiting.push(step)
    if (!working) void work()
  }

  const opened = feed.listen({
    onEvent(event) {
      place = { epoch: event.epoch, seq: event.seq }
      const at = place
      if (waiting.length < MOST_WAITING) {
        take({ make: () => complete(event), hand: (member, result) => member.onResult(at, result) })
        return
      }
      waiting.length = 0
      take({ make: () => reset(at), hand: (member, result) => member.onReset(at, result) })
    },
    onReset({ seq, epoch = '' }) {
      const at = { epoch, seq }
      place = at
      take({ make: () => reset(at), hand: (member, result) => member.onReset(at, result) })
    },
    onEnd(errors) {
      ended = errors
      // Nobody joins what is over.
      onEmpty()
      take({ make: async () => null, hand: (member) => member.onEnd(errors) })
    },
  })
  const listening = opened.then((listening) => {
    // Events may have come before this continuation: they are further than the head.
    if (taken === 0) place = { epoch: listening.head.epoch ?? '', seq: listening.head.seq }
    return listening
  })

  const drop = () => {
    users -= 1
    if (users > 0) return
    onEmpty()
    waiting.length = 0
    listening.then((left) => left[Symbol.asyncDispose]()).catch(() => undefined)
  }
  return {
    async join(member, onJoin) {
      users += 1
      try {
        await listening
      } catch (error) {
        drop()
        throw error
      }
      members.set(member, taken)
      onJoin(place)
      const over = ended
      // It ended while this member was on its way in.
      if (over) queueMicrotask(() => member.onEnd(over))
      return {
        leave() {
          if (members.delete(member)) drop()
        },
      }
    },
  }
}
