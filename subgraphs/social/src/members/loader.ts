import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import { findMembers, type Member } from './store.ts'

export type MemberLoader = DataLoader<string, Member | null>

/** Members by id; null for one that cannot be shown. */
export const memberLoader = (db: Db): MemberLoader =>
  new DataLoader(async (ids) => {
    const members = new Map((await findMembers(db, ids)).map((member) => [member.id, member]))
    return ids.map((id) => members.get(id) ?? null)
  })
