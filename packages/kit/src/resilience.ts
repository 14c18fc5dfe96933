import {
  BrokenCircuitError,
  bulkhead,
  ConstantBackoff,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  type IPolicy,
  retry,
  SamplingBreaker,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'

export { BrokenCircuitError, TaskCancelledError }

/** Runs work again, with growing pauses and jitter, until it succeeds or the tries are used up. */
export const retrying = (options: {
  readonly attempts: number
  readonly firstDelayMs: number
  readonly maxDelayMs?: number
  /** Which failures are worth another try; default all. */
  readonly when?: (error: unknown) => boolean
}): IPolicy =>
  retry(options.when ? handleWhen(options.when) : handleAll, {
    maxAttempts: options.attempts,
    backoff: new ExponentialBackoff({ initialDelay: options.firstDelayMs, maxDelay: options.maxDelayMs ?? 5_000 }),
  })

/** Ends work that takes longer: the signal aborts and TaskCancelledError is thrown, whether or not the work listens. */
export const deadline = (milliseconds: number): IPolicy => timeout(milliseconds, TimeoutStrategy.Aggressive)

/**
 * Guards a remote part: opens at half of the calls failing out of twenty or more within ten seconds, tries again after
 * five, and lets only `concurrency` calls run with as many waiting.
 */
export function guard(options: { readonly concurrency: number; readonly failed?: (error: unknown) => boolean }) {
  const breaker = circuitBreaker(options.failed ? handleWhen(options.failed) : handleAll, {
    halfOpenAfter: new ConstantBackoff(5_000),
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 }),
  })
  return { policy: wrap(breaker, bulkhead(options.concurrency, options.concurrency)), breaker }
}
