const SECONDS = 10
const LEAST_CALLS = 20
const REST_MS = 5_000

/** Leave to call. A trial is the one call that decides whether others may follow. */
export type Leave = 'regular' | 'trial'

/** How a call ended; `void` says nothing about who was called. */
export type Outcome = 'answered' | 'failed' | 'void'

/** `trying` lets one call through. */
export type BreakerState = 'closed' | 'open' | 'trying'

export interface Breaker {
  /** Leave for one call, whose outcome is then to be noted; null while calls are pointless. */
  admit(): Leave | null
  note(leave: Leave, outcome: Outcome): void
}

/**
 * Opens when half of the calls of the last ten seconds failed, out of twenty or more.
 * @param options.restMs after which one call is let through
 */
export function openBreaker({
  restMs = REST_MS,
  onChange,
}: {
  readonly restMs?: number
  readonly onChange?: (state: BreakerState) => void
} = {}): Breaker {
  const counts = Array.from({ length: SECONDS }, () => ({ second: 0, answered: 0, failed: 0 }))
  let state: BreakerState = 'closed'
  let restsUntil = 0

  function become(next: BreakerState): void {
    if (state === next) return
    state = next
    onChange?.(next)
  }

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
    become('open')
    restsUntil = now + restMs
  }

  return {
    admit() {
      if (state === 'closed') return 'regular'
      if (state === 'trying' || performance.now() < restsUntil) return null
      become('trying')
      return 'trial'
    },
    note(leave, outcome) {
      if (leave === 'trial') {
        if (outcome === 'failed') open(performance.now())
        else if (outcome === 'void') become('open')
        else {
          become('closed')
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
