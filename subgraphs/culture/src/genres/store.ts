import { findByIds, insertNew, type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import type { MediaType } from '../generated/graphql.ts'

export interface Genre {
  readonly _id: string
  readonly slug: string
  readonly name: string
  readonly parentId: string | null
  /** All wider genres, the widest first. */
  readonly ancestorIds: readonly string[]
  readonly mediaTypes: readonly MediaType[]
}

const genres = ({ db }: Source) => db.collection<Genre>('genres')

export const findGenres = (source: Source, ids: readonly string[]): Promise<Genre[]> => findByIds<Genre>(source, 'genres', ids)

export const findGenreBySlug = (source: Source, slug: string): Promise<Genre | null> => genres(source).findOne({ slug }, within(source))

/** All genres, parents before children, then by name. There are a few dozen. */
export async function findAllGenres(source: Source, mediaType: MediaType | null): Promise<Genre[]> {
  const rows = await genres(source)
    .find(mediaType ? { mediaTypes: mediaType } : {}, within(source))
    .sort({ name: 1 })
    .toArray()
  return rows.sort((a, b) => a.ancestorIds.length - b.ancestorIds.length)
}

export const findChildGenres = (source: Source, parentIds: readonly string[]): Promise<Genre[]> =>
  genres(source)
    .find({ parentId: { $in: [...parentIds] } }, within(source))
    .sort({ name: 1 })
    .toArray()

/** Genres below any of these, at any depth. */
export const findGenresBelow = (source: Source, ids: readonly string[]): Promise<Genre[]> =>
  genres(source)
    .find({ ancestorIds: { $in: [...ids] } }, within(source))
    .toArray()

/** The ids of the genres with those of everything below them. */
export async function genreFamilies(source: Source, ids: readonly string[]): Promise<string[]> {
  const below = await findGenresBelow(source, ids)
  return [...new Set([...ids, ...below.map(({ _id }) => _id)])]
}

/** Inserts the genres that are new, and returns them. */
export const insertGenres = (tx: MongoTx, rows: readonly Genre[]): Promise<Genre[]> => insertNew(tx, 'genres', rows)
