import DataLoader from 'dataloader'
import type { Source } from '../db.ts'
import { findMembers, type Member } from './store.ts'

/** Members by id; null for one whose name has not arrived. */
export const memberLoader = (source: Source): DataLoader<string, Member | null> =>
  new DataLoader(async (ids) => {
    const members = new Map((await findMembers(source, ids)).map((member) => [member.id, member]))
    return ids.map((id) => members.get(id) ?? null)
  })
