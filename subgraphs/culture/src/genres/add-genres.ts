import { type MongoTx, withAggregate } from '@vibely/kit/outbox-mongo'
import { genreChanged } from './events.ts'
import { type Genre, insertGenres } from './store.ts'

/** Adds genres. Idempotent: those that are there stay as they are, without an event. Returns how many came. */
export async function addGenres(tx: MongoTx, genres: readonly Genre[]): Promise<number> {
  const added = await insertGenres(tx, genres)
  for (const genre of added) await withAggregate(tx, 'genre-state', genre._id, (append) => append(genreChanged(genre)))
  return added.length
}
