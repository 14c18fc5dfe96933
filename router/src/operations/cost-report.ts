import type { OutgoingHttpHeaders } from 'node:http'
import type { Answer } from '../execution/answer.ts'

/** What became of a caller's budget. */
export interface BudgetState {
  /** Name of the rule it follows. */
  readonly kind: 'session' | 'anonymous'
  readonly capacity: number
  readonly refillPerSecond: number
  readonly remaining: number
  readonly fullInMs: number
}

/** What an operation cost, beside its answer. */
export interface CostReport {
  /** What it could have cost at most. */
  readonly requested: number
  readonly actual: number
  /** Null when it was too costly for any budget. */
  readonly budget: BudgetState | null
}

/** What `extensions.cost` of an answer says, if the client's `extensions` ask for it: `{ "cost": true }`. */
export function costExtensions({ cost }: Answer, asked: Readonly<Record<string, unknown>> | null | undefined) {
  if (!cost || asked?.cost !== true) return undefined
  const { requested, actual, budget } = cost
  const resetAt = () => new Date(Date.now() + (budget?.fullInMs ?? 0)).toISOString()
  return { cost: { requested, actual, budget: budget && { limit: budget.capacity, remaining: budget.remaining, resetAt: resetAt() } } }
}

/**
 * Headers that tell a client of its budget: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and
 * `Retry-After` when it was too small. The window is the time in which an empty bucket becomes full; `t` is when this one is.
 */
export function rateLimitHeaders({ cost, data, errors }: Answer): OutgoingHttpHeaders {
  if (!cost?.budget) return {}
  const { kind, capacity, refillPerSecond, remaining, fullInMs } = cost.budget
  const retryAfterMs = errors[0]?.extensions.retryAfterMs
  return {
    'ratelimit-policy': `"${kind}";q=${capacity};qu="cost";w=${Math.ceil(capacity / refillPerSecond)}`,
    ratelimit: `"${kind}";r=${remaining};t=${Math.ceil(fullInMs / 1_000)}`,
    ...(data === undefined && typeof retryAfterMs === 'number' && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
  }
}
