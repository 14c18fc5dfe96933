import { openDatabase } from '@vibely/kit/mongo'
import { databaseName } from '@vibely/kit/namespace'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import type { CultureEnv } from '../env.ts'
import { addGenres } from '../genres/add-genres.ts'
import { insertPeople } from '../people/store.ts'
import { addWorks } from '../works/add-works.ts'
import { booksOf, readBookRows } from './books.ts'
import { filmsOf, readFilmRows } from './films.ts'
import { genreRows, peopleRows, workRow } from './rows.ts'

// Large enough that commits cost little, small enough that a transaction stays far from its limit of a minute.
const BATCH = 100

/** What came into the catalogue. */
export interface Imported {
  readonly works: number
  readonly genres: number
}

/**
 * Brings the seed catalogue into a migrated database: films and books with their people and genres, each with its event.
 * Idempotent: ids are the same every time, what is there stays as it is, and an import that was cut off goes on.
 * @param limit how many works are enough; default all
 * @param onProgress called after each batch with the works done and all works
 */
export async function importCatalogue(options: {
  readonly env: Pick<CultureEnv, 'MONGODB_URL' | 'VIBELY_NAMESPACE'>
  readonly limit?: number
  readonly onProgress?: (done: number, total: number) => void
}): Promise<Imported> {
  const { env, limit, onProgress } = options
  await using database = await openDatabase(env.MONGODB_URL, databaseName(env.VIBELY_NAMESPACE, 'culture'))
  const { client, db } = database
  const works = [...filmsOf(await readFilmRows()), ...booksOf(readBookRows())].slice(0, limit)

  // A work's genres come first: whoever reads its event may look them up.
  const genres = await inTransaction(client, db, (tx) => addGenres(tx, genreRows(works)))
  let added = 0
  for (let done = 0; done < works.length; done += BATCH) {
    const batch = works.slice(done, done + BATCH)
    added += await inTransaction(client, db, async (tx) => {
      await insertPeople(tx, peopleRows(batch))
      return addWorks(tx, batch.map(workRow))
    })
    onProgress?.(Math.min(done + BATCH, works.length), works.length)
  }
  return { works: added, genres }
}
