import { type MongoTx, withAggregate } from '@vibely/kit/outbox-mongo'
import { workCreated } from './events.ts'
import { insertWorks, type Work } from './store.ts'

/** Adds works to the catalogue. Idempotent: those that are there stay as they are, without an event. Returns how many came. */
export async function addWorks(tx: MongoTx, works: readonly Work[]): Promise<number> {
  const added = await insertWorks(tx, works)
  for (const work of added) await withAggregate(tx, 'work-state', work._id, (append) => append(workCreated(work)))
  return added.length
}
