import type { RatingSummary } from '../generated/graphql.ts'
import type { Ratings } from './store.ts'

/** Ratings as clients see them. */
export const presentRatings = ({ count, sum, weighted, histogram }: Ratings): RatingSummary => ({
  count,
  average: count === 0 ? null : sum / count,
  weighted: count === 0 ? null : weighted,
  distribution: histogram.map((scores, bucket) => ({ from: bucket * 10 + 1, to: bucket * 10 + 10, count: scores })),
})
