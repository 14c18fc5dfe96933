import { type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type CopyRow, keepNewest } from '@vibely/kit/projection-mongo'

/** A work as culture knows it. */
export interface WorkRef {
  readonly id: string
}

/** What feed says of a work by itself; the rest is culture's. */
export interface WorkCopy {
  readonly id: string
  readonly title: string
}

interface WorkRow extends CopyRow {
  readonly title: string
  readonly coverUrl: string | null
  readonly genreIds: readonly string[]
}

const works = ({ db }: Source) => db.collection<WorkRow>('works')

export const saveWork = (tx: MongoTx, work: WorkRow): Promise<boolean> => keepNewest<WorkRow>(tx, 'works', work)

export async function findWorks(source: Source, workIds: readonly string[]): Promise<WorkCopy[]> {
  const rows = await works(source)
    .find({ _id: { $in: [...workIds] } }, { ...within(source), projection: { title: 1 } })
    .toArray()
  return rows.map(({ _id, title }) => ({ id: _id, title }))
}
