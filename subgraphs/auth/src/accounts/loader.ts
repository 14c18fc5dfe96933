import { isId } from '@vibely/kit/ids'
import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import type { Account } from './account.ts'
import { findAccounts } from './store.ts'

/** Accounts by id; null where there is none, and for what is no user's id. */
export const accountLoader = (db: Db): DataLoader<string, Account | null> =>
  new DataLoader(async (ids) => {
    const found = await findAccounts(
      db,
      ids.filter((id) => isId(id, 'user')),
    )
    return ids.map((id) => found.get(id) ?? null)
  })
