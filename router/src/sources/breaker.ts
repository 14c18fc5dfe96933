const SECONDS = 10
const LEAST_CALLS = 20
const REST_MS = 5_000

/** Leave to call. A trial is the one call that decides whether others may follow. */
export type Leave = 'regular' | 'trial'

/** How a call ended; `void` says nothing about who was called. */
export type Outcome = 'answered' | 'failed' | 'void'

export interface Breaker {
  /** Leave for one call, whose outcome is then to be noted; null while calls are pointless. */
  admit(): Leave | null
  note(leave: Leave, outcome: Outcome): void
}

/**
 * Opens when half of the calls of the last ten seconds failed, out of twenty or more.
 * @param restMs after which one call is let through
 */
export function openBreaker(restMs = REST_MS): Breaker {
  const counts = Array.from({ length: SECONDS }, () => ({ second: 0, answered: 0, failed: 0 }))
  let state: 'closed' | 'open' | 'trying' = 'closed'
  let restsUntil = 0

  function count(outcome: 'answered' | 'failed', second: number): void {
    const entry = counts[second % SECONDS]
    if (!entry) return
    if (entry.second !== second) Object.assign(entry, { second, answered: 0, failed: 0 })
    entry[outcome] += 1
  }

  function isFailing(second: number): boolean {
    const recent = counts.filter((entry) => entry.second > second - SECONDS)
    const failed = recent.reduce((sum, entry) => sum + entry.failed, 0)
    const calls = recent.reduce((sum, entry) => sum + entry.answered, failed)
    return calls >= LEAST_CALLS && failed * 2 >= calls
  }

  function open(now: number): void {
    state = 'open'
    restsUntil = now + restMs
  }

  return {
    admit() {
      if (state === 'closed') return 'regular'
      if (state === 'trying' || performance.now() < restsUntil) return null
      state = 'trying'
      return 'trial'
    },
    note(leave, outcome) {
      if (leave === 'trial') {
        if (outcome === 'failed') open(performance.now())
        else if (outcome === 'void') state = 'open'
        else {
          state = 'closed'
          for (const entry of counts) entry.second = 0
        }
        return
      }
      // Calls from before it opened say nothing new.
      if (state !== 'closed' || outcome === 'void') return
      const now = performance.now()
      const second = Math.floor(now / 1_000) + SECONDS
      count(outcome, second)
      if (outcome === 'failed' && isFailing(second)) open(now)
    },
  }
}
