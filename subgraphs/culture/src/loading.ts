import DataLoader from 'dataloader'
import type { Row } from './db.ts'

/** Rows by id for one request: many references to them become one query. */
export type ByIdLoader<R> = DataLoader<string, R | null>

export const byIdLoader = <R extends Row>(find: (ids: readonly string[]) => Promise<readonly R[]>): ByIdLoader<R> =>
  new DataLoader(async (ids) => {
    const rows = new Map((await find(ids)).map((row) => [row._id, row]))
    return ids.map((id) => rows.get(id) ?? null)
  })

/** A row that another row names: the store never leaves one without the other. */
export async function mustLoad<R>(loader: ByIdLoader<R>, id: string): Promise<R> {
  const row = await loader.load(id)
  if (row === null) throw new Error(`${id} is named by another row, but is missing`)
  return row
}
