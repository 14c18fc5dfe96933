import { type BucketSize, type Buckets, refilled, type Taken } from './budget.ts'

/** Part of a bucket that is taken ahead of need, and the most that is kept of it. */
const AHEAD = 1 / 25
const MOST = 1 / 5
const IDLE_MS = 1_000

/** What was taken from one owner's shared bucket and is not spent. */
interface Credit {
  readonly owner: string
  readonly size: BucketSize
  amount: number
  /** What was left in the shared bucket, and when. */
  left: number
  at: number
  used: boolean
  /** Answers of the shared bucket that are on their way. */
  pending: number
}

/**
 * Takes a little ahead and keeps what is given back, so that whoever asks often seldom waits for the shared bucket. Nobody gets
 * more by that: this process only holds a part of the bucket. What was not used for a second goes back.
 */
export function withCredit(shared: Buckets): Buckets & AsyncDisposable {
  const credits = new Map<string, Credit>()

  async function giveBack(credit: Credit, keep: number): Promise<void> {
    const back = credit.amount - keep
    credit.amount = keep
    credit.left += Math.max(0, back)
    // Lost when the shared buckets are away: it comes back by itself, with time.
    if (back > 0) await shared.take(credit.owner, credit.size, -back).catch(() => undefined)
  }

  const timer = setInterval(() => {
    for (const credit of credits.values()) {
      if (!credit.used && credit.pending === 0) {
        credits.delete(credit.owner)
        void giveBack(credit, 0)
      }
      credit.used = false
    }
  }, IDLE_MS)
  timer.unref()

  const creditOf = (owner: string, size: BucketSize): Credit => {
    const known = credits.get(owner)
    if (known) return known
    const made: Credit = { owner, size, amount: 0, left: size.capacity, at: performance.now(), used: true, pending: 0 }
    credits.set(owner, made)
    return made
  }

  /** @param isLast what is here and what is left there are not put together again */
  async function take(owner: string, size: BucketSize, amount: number, isLast = false): Promise<Taken> {
    const credit = creditOf(owner, size)
    const { capacity } = size
    credit.used = true
    if (amount <= credit.amount) {
      credit.amount -= amount
      // Whoever is refused over there meanwhile may be served from here.
      if (credit.amount > capacity * MOST && credit.pending === 0) void giveBack(credit, capacity * AHEAD)
      const left = refilled(credit.left, size, performance.now() - credit.at)
      return { granted: true, remaining: Math.min(capacity, left + credit.amount) }
    }
    // Spent before anything is taken, and now: another operation that comes meanwhile must not count on it.
    const own = credit.amount
    credit.amount = 0
    // Of those who ask at once one takes ahead: what all took would be missing for the last of them.
    const more = credit.pending === 0 ? capacity * AHEAD : 0
    credit.pending += 1
    try {
      const { granted, remaining, ahead = 0 } = await shared.take(owner, size, amount - own, more)
      credit.amount += granted ? ahead : own
      credit.left = remaining
      credit.at = performance.now()
      const all = remaining + credit.amount
      // Others may have given back meanwhile.
      if (!granted && !isLast && amount <= all) return await take(owner, size, amount, true)
      return { granted, remaining: all }
    } catch (error) {
      credit.amount += own
      throw error
    } finally {
      credit.pending -= 1
    }
  }

  return {
    take: (owner, size, amount) => take(owner, size, amount),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await Promise.all([...credits.values()].map((credit) => giveBack(credit, 0)))
    },
  }
}
