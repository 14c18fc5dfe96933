import { type Fault, fault } from '@vibely/kit/errors'
import type { Caller, Viewer } from '@vibely/kit/viewer'
import type { BucketSize, Buckets } from './budget.ts'
import { budgetOwner } from './budget-owner.ts'
import type { OperationCost } from './cost.ts'
import type { CostReport } from './cost-report.ts'
import type { Variables } from './cost-terms.ts'

/** What callers of one kind may spend. */
export interface Allowance extends BucketSize {
  /** The most that one operation may cost. */
  readonly operation: number
}

export interface Allowances {
  /** Sessions and API keys, by user. */
  readonly session: Allowance
  /** Everybody else, by address. */
  readonly anonymous: Allowance
}

export const ALLOWANCES: Allowances = {
  session: { operation: 1_000, capacity: 5_000, refillPerSecond: 100 },
  anonymous: { operation: 500, capacity: 500, refillPerSecond: 10 },
}

export const allowanceOf = ({ session, anonymous }: Allowances, viewer: Viewer | null): Allowance => (viewer ? session : anonymous)

/** One operation's cost, taken from its caller's budget. */
export interface Charge {
  /** Why it must not run. */
  readonly refused: Fault | null
  /** Gives back what was not needed. To be called once, when it is over; without a number nothing is given back. */
  settle(actual?: number): CostReport
}

export interface Charges {
  /**
   * Takes what an operation can cost at most.
   * @throws Fault BAD_USER_INPUT when it asks for a list that is too long
   */
  take(cost: OperationCost, variables: Variables, caller: Caller): Promise<Charge>
}

/** An operation costs at least that: a query for a single number is a request too. */
const LEAST = 1

export function openCharges(allowances: Allowances, buckets: Buckets): Charges {
  return {
    async take(cost, variables, caller) {
      const kind = caller.viewer ? 'session' : 'anonymous'
      const allowance = allowanceOf(allowances, caller.viewer)
      const requested = Math.max(LEAST, cost.requested(variables))
      if (requested > allowance.operation) {
        const report: CostReport = { requested, actual: 0, budget: null }
        return { refused: tooCostly(requested, allowance), settle: () => report }
      }
      const owner = budgetOwner(caller)
      const { granted, remaining } = await buckets.take(owner, allowance, requested)
      const reportOf = (actual: number, left: number): CostReport => ({
        requested,
        actual,
        budget: { kind, ...allowance, remaining: Math.floor(left), fullInMs: msUntil(allowance.capacity, left, allowance) },
      })
      if (!granted) return { refused: spent(requested, remaining, allowance), settle: () => reportOf(0, remaining) }
      return {
        refused: null,
        settle(given = requested) {
          const actual = Math.max(LEAST, given)
          // Nobody waits for it. Lists that were longer than they said are paid for too, as far as there is something left.
          if (actual !== requested) void buckets.take(owner, allowance, actual - requested)
          return reportOf(actual, Math.min(allowance.capacity, Math.max(0, remaining + requested - actual)))
        },
      }
    },
  }
}

/** The refusal of an operation that no budget could pay. */
export const tooCostly = (requested: number, { operation }: Allowance): Fault =>
  fault('COST_EXCEEDED', `The operation costs up to ${requested}; ${operation} is the most. Ask for fewer items or fields.`)

const spent = (requested: number, remaining: number, allowance: Allowance): Fault =>
  fault('RATE_LIMITED', 'The budget is used up for the moment.', { retryAfterMs: msUntil(requested, remaining, allowance) })

const msUntil = (wanted: number, remaining: number, { refillPerSecond }: BucketSize): number =>
  Math.max(0, Math.ceil(((wanted - remaining) / refillPerSecond) * 1_000))
