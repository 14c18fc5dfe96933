import { accountLoader } from './accounts/loader.ts'
import type { Db } from './db.ts'

export type Loaders = ReturnType<typeof openLoaders>

/** Fresh loaders, for one operation. */
export const openLoaders = (db: Db) => ({ account: accountLoader(db) })
