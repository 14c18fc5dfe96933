import type { Logger } from '@vibely/kit/logger'

/** A bucket of cost: so much fits, and so much comes back each second. */
export interface BucketSize {
  readonly capacity: number
  readonly refillPerSecond: number
}

/** A bucket after something was taken from it, or was too much for it. */
export interface Taken {
  readonly granted: boolean
  /** What is left. */
  readonly remaining: number
  /** How much was taken beyond the amount. */
  readonly ahead?: number
}

/** The buckets of all who ask. */
export interface Buckets {
  /**
   * Takes an amount if that much is there. A negative amount is given back, and always fits.
   * @param owner whose bucket it is; one that is not known yet is full
   * @param ahead so much more is taken if it is there
   */
  take(owner: string, size: BucketSize, amount: number, ahead?: number): Promise<Taken>
}

const PAUSE_MS = 1_000

/**
 * Buckets that are shared between routers as long as they can be reached, and this process's own otherwise: an outage neither blocks
 * nor lets everything through. After a failure the shared ones are left alone for a second, so that not every operation waits for them.
 */
export function fallingBack(shared: Buckets, own: Buckets, logger: Logger): Buckets {
  let pausedUntil = 0
  return {
    async take(owner, size, amount) {
      if (performance.now() < pausedUntil) return own.take(owner, size, amount)
      try {
        return await shared.take(owner, size, amount)
      } catch (error) {
        pausedUntil = performance.now() + PAUSE_MS
        logger.warn({ err: error }, 'budgets are counted in this process alone')
        return own.take(owner, size, amount)
      }
    },
  }
}

/** What fits by now into a bucket that held `tokens` some time ago. */
export const refilled = (tokens: number, { capacity, refillPerSecond }: BucketSize, elapsedMs: number): number =>
  Math.min(capacity, tokens + (Math.max(0, elapsedMs) / 1_000) * refillPerSecond)
