import { fault } from '@vibely/kit/errors'
import { ANONYMOUS } from '@vibely/kit/viewer'
import type { BucketSize, Buckets } from '../operations/budget.ts'
import { budgetOwner } from '../operations/budget-owner.ts'

/** Unknown keys that an address may try at once, and how many more each second. Nobody can guess one: this is about the traffic. */
const ATTEMPTS: BucketSize = { capacity: 100, refillPerSecond: 1 }

/** Keeps those who try unknown keys from making traffic. */
export interface KeyAttempts {
  /**
   * Counts a key that is to be looked up.
   * @returns takes it back, for a key that is good: those cost nothing
   * @throws Fault RATE_LIMITED when too many keys from there were unknown
   */
  count(ip: string | null): Promise<() => void>
}

export function openKeyAttempts(buckets: Buckets): KeyAttempts {
  return {
    async count(ip) {
      const owner = `unknown-keys:${budgetOwner({ ...ANONYMOUS, ip })}`
      const { granted, remaining } = await buckets.take(owner, ATTEMPTS, 1)
      // Nobody waits for it.
      if (granted) return () => void buckets.take(owner, ATTEMPTS, -1)
      const retryAfterMs = Math.ceil(((1 - remaining) / ATTEMPTS.refillPerSecond) * 1_000)
      throw fault('RATE_LIMITED', 'Too many unknown API keys came from here.', { retryAfterMs })
    },
  }
}
