/** How many live connections a router holds. */
export interface AdmissionLimits {
  readonly perUser: number
  readonly perAddress: number
  /** New ones a second. After a restart all clients return at once; who comes too early is asked to try again. */
  readonly perSecond: number
}

/** Counts live connections, of every transport together. */
export interface Admission {
  /** Takes a place for an address; null when there is none, or when too many come at once. */
  enter(address: string): Disposable | null
  /** Takes a place for a user; null when there is none. */
  enterUser(userId: string): Disposable | null
}

export function openAdmission({ perUser, perAddress, perSecond }: AdmissionLimits): Admission {
  const byAddress = new Map<string, number>()
  const byUser = new Map<string, number>()
  let tokens = perSecond
  let filled = performance.now()

  const isPaced = (): boolean => {
    const now = performance.now()
    tokens = Math.min(perSecond, tokens + ((now - filled) / 1_000) * perSecond)
    filled = now
    if (tokens < 1) return true
    tokens -= 1
    return false
  }
  return {
    enter: (address) => (isPaced() ? null : takePlace(byAddress, address, perAddress)),
    enterUser: (userId) => takePlace(byUser, userId, perUser),
  }
}

/** One of so many places under a name; null when they are taken. Disposing gives it back. */
export function takePlace(counts: Map<string, number>, name: string, limit: number): Disposable | null {
  const count = counts.get(name) ?? 0
  if (count >= limit) return null
  counts.set(name, count + 1)
  let left = false
  return {
    [Symbol.dispose]() {
      if (left) return
      left = true
      const rest = (counts.get(name) ?? 1) - 1
      if (rest > 0) counts.set(name, rest)
      else counts.delete(name)
    },
  }
}
