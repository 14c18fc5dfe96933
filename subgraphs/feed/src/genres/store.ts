import { findByIds, type Source } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type CopyRow, keepNewest } from '@vibely/kit/projection-mongo'

/** A genre as culture knows it. */
export interface GenreRef {
  readonly id: string
}

/** What feed says of a genre by itself; the rest is culture's. */
export interface GenreCopy {
  readonly id: string
  readonly name: string
}

interface GenreRow extends CopyRow {
  /** Name by language tag. */
  readonly names: Readonly<Record<string, string>>
}

export const saveGenre = (tx: MongoTx, genre: GenreRow): Promise<boolean> => keepNewest<GenreRow>(tx, 'genres', genre)

/** Genres by id, with their English names. */
export async function findGenres(source: Source, genreIds: readonly string[]): Promise<GenreCopy[]> {
  const rows = await findByIds<GenreRow>(source, 'genres', genreIds)
  return rows.flatMap(({ _id, names }) => (names.en === undefined ? [] : [{ id: _id, name: names.en }]))
}
