import type { Scope } from '../generated/graphql.ts'

/** A key for scripts and apps, as its owner sees it. */
export interface ApiKey {
  readonly id: string
  readonly label: string
  /** First characters of the secret. */
  readonly prefix: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

/** Live keys of one account. */
export const MAX_API_KEYS = 20
/** Keys that are listed: all live ones, and what ended lately. */
export const LISTED_API_KEYS = 25

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 90
/** A year, leap years too. */
const LONGEST_DAYS = 366

export const defaultEnd = (now: Date): Date => new Date(now.getTime() + DEFAULT_DAYS * DAY_MS)

/** True for an end that a key may have. */
export const isPossibleEnd = (end: Date, now: Date): boolean =>
  end.getTime() > now.getTime() && end.getTime() <= now.getTime() + LONGEST_DAYS * DAY_MS
