import { on, type Subscription } from '@vibely/kit/consumer'
import { PermanentError } from '@vibely/kit/errors'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { WorkCreatedSchema, type WorkState, WorkUpdatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import { saveWork } from './store.ts'

/** Titles, covers and genres of works, for the sentences that feed writes. */
export const works: Subscription<MongoTx> = {
  topic: 'vibely.culture.work-state.v1',
  group: 'feed.works',
  handlers: [
    on(WorkCreatedSchema, (tx: MongoTx, { message, version }) => save(tx, message.work, version)),
    on(WorkUpdatedSchema, (tx: MongoTx, { message, version }) => save(tx, message.work, version)),
  ],
}

async function save(tx: MongoTx, work: WorkState | undefined, version: number): Promise<void> {
  if (!work) throw new PermanentError('a work without state')
  await saveWork(tx, { _id: work.workId, title: work.title, coverUrl: work.coverUrl ?? null, genreIds: work.genreIds, version })
}
