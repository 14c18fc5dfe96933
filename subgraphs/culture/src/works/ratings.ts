import type { Source } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { Ratings, Work } from './store.ts'

export const NO_RATINGS: Ratings = { count: 0, sum: 0, histogram: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], weighted: 0 }

/** The bucket of a score: 1–10 is the first, 91–100 the last. */
export const bucketOf = (score: number): number => Math.ceil(score / 10) - 1

/** A library entry came, or its score changed. */
export interface StandingChange {
  readonly entries: 0 | 1
  readonly before: number | null
  readonly after: number | null
}

// A work needs about this many scores before its own mean counts as much as that of all works.
const PRIOR_SCORES = 5

/**
 * Moves a work's numbers in the transaction of the entry that changed, so that they always equal a recount. Writers of one
 * work meet here: MongoDB lets one through, and the others start over.
 * @param mean of the scores of all works
 */
export async function changeStanding(tx: MongoTx, workId: string, change: StandingChange, mean: number): Promise<void> {
  const { entries, before, after } = change
  const moved = NO_RATINGS.histogram.map(
    (_, bucket) => Number(after !== null && bucketOf(after) === bucket) - Number(before !== null && bucketOf(before) === bucket),
  )
  const raise = (path: string, by: number) => ({ [path]: { $add: [`$${path}`, by] } })
  const weighted = {
    $divide: [{ $add: ['$ratings.sum', mean * PRIOR_SCORES] }, { $add: ['$ratings.count', PRIOR_SCORES] }],
  }
  await tx.db.collection<Work>('works').updateOne(
    { _id: workId },
    [
      {
        $set: {
          ...raise('entries', entries),
          ...raise('ratings.count', Number(after !== null) - Number(before !== null)),
          ...raise('ratings.sum', (after ?? 0) - (before ?? 0)),
          'ratings.histogram': {
            $map: {
              input: { $range: [0, moved.length] },
              as: 'bucket',
              in: { $add: [{ $arrayElemAt: ['$ratings.histogram', '$$bucket'] }, { $arrayElemAt: [moved, '$$bucket'] }] },
            },
          },
        },
      },
      { $set: { 'ratings.weighted': { $cond: [{ $eq: ['$ratings.count', 0] }, 0, weighted] } } },
    ],
    { session: tx.session },
  )
}

const MEAN_LIFE_MS = 60_000
const MEAN_WITHOUT_SCORES = 50

/** The mean score of all works, computed at most once a minute: it only pulls at the order of works with few scores. */
export function meanScore(source: Source): () => Promise<number> {
  let known: { readonly mean: Promise<number>; readonly until: number } | undefined
  return () => {
    if (!known || known.until < Date.now()) known = { mean: readMean(source), until: Date.now() + MEAN_LIFE_MS }
    return known.mean
  }
}

async function readMean({ db }: Source): Promise<number> {
  const [total] = await db
    .collection<Work>('works')
    .aggregate<{ sum: number; count: number }>([
      { $match: { 'ratings.weighted': { $gt: 0 } } },
      { $group: { _id: null, sum: { $sum: '$ratings.sum' }, count: { $sum: '$ratings.count' } } },
    ])
    .toArray()
  return total ? total.sum / total.count : MEAN_WITHOUT_SCORES
}
