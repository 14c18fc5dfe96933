import { LRUCache } from 'lru-cache'
import { type Buckets, refilled } from './budget.ts'

/** More owners than that lose their buckets, the longest idle first: those are the fullest. */
const OWNERS = 50_000

/** Buckets of this process alone. */
export function memoryBuckets(now: () => number = () => performance.now()): Buckets {
  const buckets = new LRUCache<string, { readonly tokens: number; readonly at: number }>({ max: OWNERS })
  return {
    async take(owner, size, amount) {
      const at = now()
      const known = buckets.get(owner)
      const before = known ? refilled(known.tokens, size, at - known.at) : size.capacity
      const granted = amount <= before
      const remaining = granted ? Math.min(size.capacity, before - amount) : before
      buckets.set(owner, { tokens: remaining, at })
      return { granted, remaining }
    },
  }
}
