import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import type { Account } from './account.ts'
import { findAccounts } from './store.ts'

/** Accounts by id; null where there is none. */
export const accountLoader = (db: Db): DataLoader<string, Account | null> => new DataLoader((ids) => findAccounts(db, ids))
