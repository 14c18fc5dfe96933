import { byId, type RowLoader } from '@vibely/kit/loading'
import type { Source } from '@vibely/kit/mongo'
import { findMembers, type Member } from './store.ts'

/** Members by id; null for one whose name has not arrived. */
export const memberLoader = (source: Source): RowLoader<Member> =>
  byId(
    (ids) => findMembers(source, ids),
    ({ id }) => id,
  )
