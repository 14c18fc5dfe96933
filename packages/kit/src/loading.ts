import DataLoader from 'dataloader'
import { fault } from './errors.ts'

/** Rows by key for one operation: many references become one query. Null for a key that has no row. */
export type RowLoader<Row, Key = string> = DataLoader<Key, Row | null, string>

/**
 * A loader of rows by their ids.
 * @param find unknown ids are missing in its answer, whose order does not matter
 */
export const byId = <Row>(find: (ids: readonly string[]) => Promise<readonly Row[]>, idOf: (row: Row) => string): RowLoader<Row> =>
  byKey(find, (id) => id, idOf)

/**
 * A loader of rows by several of their fields.
 * @param textOf the fields of a key as one text
 * @param textOfRow the same of a row
 */
export const byKey = <Row, Key>(
  find: (keys: readonly Key[]) => Promise<readonly Row[]>,
  textOf: (key: Key) => string,
  textOfRow: (row: Row) => string,
): RowLoader<Row, Key> =>
  new DataLoader(
    async (keys) => {
      const rows = new Map((await find(keys)).map((row) => [textOfRow(row), row]))
      return keys.map((key) => rows.get(textOf(key)) ?? null)
    },
    { cacheKeyFn: textOf },
  )

/** A row that another row of the same store names: one is never left without the other. */
export async function mustLoad<Row>(loader: RowLoader<Row>, id: string): Promise<Row> {
  const row = await loader.load(id)
  if (row === null) throw new Error(`${id} is named by another row, but is missing`)
  return row
}

/**
 * A row that is copied from another subgraph, and may be on its way.
 * @param what for the message: `The name of this member`
 * @throws Fault SUBGRAPH_UNAVAILABLE
 */
export async function mustHaveArrived<Row>(loader: RowLoader<Row>, id: string, what: string): Promise<Row> {
  const row = await loader.load(id)
  if (row === null) throw fault('SUBGRAPH_UNAVAILABLE', `${what} has not arrived yet.`)
  return row
}
