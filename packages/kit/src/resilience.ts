import { ExponentialBackoff, handleAll, handleWhen, type IPolicy, retry } from 'cockatiel'

/** Runs work again, with growing pauses and jitter, until it succeeds or the tries are used up. */
export const retrying = (options: {
  readonly attempts: number
  readonly firstDelayMs: number
  /** Which failures are worth another try; default all. */
  readonly when?: (error: unknown) => boolean
}): IPolicy =>
  retry(options.when ? handleWhen(options.when) : handleAll, {
    maxAttempts: options.attempts,
    backoff: new ExponentialBackoff({ initialDelay: options.firstDelayMs, maxDelay: 5_000 }),
  })
