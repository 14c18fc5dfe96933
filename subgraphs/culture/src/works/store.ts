import { findByIds, insertNew, type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { Document } from 'mongodb'
import type { CreditRole, MediaType, WorkFilter, WorkSort } from '../generated/graphql.ts'
import { type ChildLoader, childLoader, type Order, type Page, type Window, windowStages } from '../paging.ts'

/** What a person did for a work, as it stands in the work. */
export interface Credit {
  readonly role: CreditRole
  readonly personId: string
  /** Place in the credits from 1. */
  readonly billing: number
}

/** Scores of a work, kept in step with the libraries by `changeStanding`. */
export interface Ratings {
  readonly count: number
  readonly sum: number
  /** Ten buckets of ten points, lowest first. */
  readonly histogram: readonly number[]
  /** Mean drawn towards that of all works; 0 without scores, so that unrated works come last. */
  readonly weighted: number
}

export interface Work {
  readonly _id: string
  readonly mediaType: MediaType
  readonly slug: string
  readonly title: string
  /** PartialDate; null when unknown. */
  readonly releasedOn: string | null
  readonly runtimeMinutes: number | null
  /** Most fitting first. */
  readonly genreIds: readonly string[]
  readonly credits: readonly Credit[]
  /** Names of the people behind it: for the search. */
  readonly creators: readonly string[]
  /** What lists are ordered by where the fields themselves would not do: never null, and titles without articles. */
  readonly order: { readonly title: string; readonly released: string }
  readonly ratings: Ratings
  /** Library entries of it. */
  readonly entries: number
  readonly version: number
  readonly updatedAt: Date
}

/** A credit together with its work. */
export interface CreditOfWork extends Credit {
  readonly work: Work
}

export type WorkPage = Page<Work>
export type CreditPage = Page<CreditOfWork>

const works = ({ db }: Source) => db.collection<Work>('works')

/** Orders of works; the id makes each unique. Every one has its own indexes. */
export const WORK_ORDERS: Readonly<Record<WorkSort, Order>> = {
  POPULARITY: { entries: -1, _id: -1 },
  RATING: { 'ratings.weighted': -1, _id: -1 },
  NEWEST: { 'order.released': -1, _id: -1 },
  TITLE: { 'order.title': 1, _id: 1 },
}

/** Credits of a person: newest work first. */
export const CREDIT_ORDER: Order = { 'work.order.released': -1, 'work._id': -1, billing: 1, role: 1 }

export const findWorks = (source: Source, ids: readonly string[]): Promise<Work[]> => findByIds<Work>(source, 'works', ids)

export const findWork = (source: Source, id: string): Promise<Work | null> => works(source).findOne({ _id: id }, within(source))

export const findWorkBySlug = (source: Source, slug: string): Promise<Work | null> => works(source).findOne({ slug }, within(source))

/** Inserts the works that are new, and returns them. */
export const insertWorks = (tx: MongoTx, rows: readonly Work[]): Promise<Work[]> => insertNew(tx, 'works', rows)

/**
 * The filter as MongoDB reads it.
 * @param genreIds the wanted genres with their children
 */
export function workCondition(filter: Omit<WorkFilter, 'genreIds'>, genreIds: readonly string[] | null): Document {
  const { mediaTypes, personIds, releasedFrom, releasedTo, scoreFrom, minRatings } = filter
  // A date that ends early stands for its whole year or month: 1999 is before 1999-05 as text, and so must 1999-12-31 be in 1999.
  const released = { ...(releasedFrom && { $gte: releasedFrom }), ...(releasedTo && { $gt: '', $lte: `${releasedTo}~` }) }
  return {
    ...(mediaTypes && { mediaType: { $in: mediaTypes } }),
    ...(genreIds && { genreIds: { $in: genreIds } }),
    ...(personIds && { 'credits.personId': { $in: personIds } }),
    ...((releasedFrom || releasedTo) && { 'order.released': released }),
    ...(scoreFrom && { 'ratings.weighted': { $gte: scoreFrom } }),
    ...(minRatings && { 'ratings.count': { $gte: minRatings } }),
  }
}

export const findWorkPage = (source: Source, condition: Document, window: Window): Promise<Work[]> =>
  works(source)
    .aggregate<Work>([{ $match: condition }, ...windowStages(window)])
    .toArray()

export const countWorks = (source: Source, condition: Document): Promise<number> => works(source).countDocuments(condition)

/** Works of genres, page by page. */
export const worksOfGenres = (source: Source): ChildLoader<Work> => childLoader(source, { collection: 'works', field: 'genreIds' })

/** Credits of people, page by page: each credit of a work by itself. */
export const creditsOfPeople = (source: Source): ChildLoader<CreditOfWork> =>
  childLoader(source, {
    collection: 'works',
    field: 'credits.personId',
    stages: [
      { $project: { credit: '$credits', work: '$$ROOT' } },
      { $unwind: '$credit' },
      { $match: { $expr: { $eq: ['$credit.personId', '$$parent'] } } },
      { $replaceWith: { $mergeObjects: ['$credit', { work: '$work' }] } },
    ],
  })
