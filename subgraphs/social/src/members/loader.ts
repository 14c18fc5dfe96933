import { byId, type RowLoader } from '@vibely/kit/loading'
import type { Db } from '../db.ts'
import { findMembers, type Member } from './store.ts'

/** Members by id; null for one that cannot be shown. */
export const memberLoader = (db: Db): RowLoader<Member> =>
  byId(
    (ids) => findMembers(db, ids),
    ({ id }) => id,
  )
