import type { Source } from '@vibely/kit/mongo'
import type { Document } from 'mongodb'
import { type Order, type Page, type Window, windowStages } from '../paging.ts'

/** A work or person that matches; its id says which. */
export interface Match {
  readonly _id: string
  readonly relevance: number
}

export type MatchPage = Page<Match>
export type MatchEdge = MatchPage['edges'][number]

/** Best first; ids sort better known works first. */
export const MATCH_ORDER: Order = { relevance: -1, _id: -1 }

/** A search as the text indexes take it. */
export interface TextQuery {
  /** For `$text`. */
  readonly text: string
  /** A name that equals the query comes before all others. */
  readonly exact: string
}

const EXACT_BONUS = 100

/** Works by title and creators, and people by name, in one list. */
export const matchStages = ({ text, exact }: TextQuery): Document[] => [
  ...scored(text, { $eq: ['$order.title', exact] }),
  { $unionWith: { coll: 'people', pipeline: scored(text, { $eq: [{ $toLower: '$name' }, exact] }) } },
]

const scored = (text: string, isExact: Document): Document[] => [
  { $match: { $text: { $search: text } } },
  { $project: { relevance: { $add: [{ $meta: 'textScore' }, { $cond: [isExact, EXACT_BONUS, 0] }] } } },
]

export const findMatches = ({ db }: Source, query: TextQuery, window: Window): Promise<Match[]> =>
  db
    .collection('works')
    .aggregate<Match>([...matchStages(query), ...windowStages(window)])
    .toArray()

export async function countMatches({ db }: Source, query: TextQuery): Promise<number> {
  const [total] = await db
    .collection('works')
    .aggregate<{ count: number }>([...matchStages(query), { $count: 'count' }])
    .toArray()
  return total?.count ?? 0
}
