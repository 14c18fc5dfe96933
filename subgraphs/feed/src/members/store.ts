import { findByIds, type Source, within } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'

export type AccountStatus = 'PENDING' | 'ACTIVE' | 'LIMITED' | 'SUSPENDED' | 'DEACTIVATED' | 'ERASED'

/** A member as other subgraphs' fields refer to it. */
export interface MemberRef {
  readonly id: string
}

/** A member as others may see it. */
export interface Member {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly avatarUrl: string | null
}

export type MemberNames = Omit<Member, 'id'>

/** Names and status come in different events of one account, so each part has the version that last set it. */
interface MemberRow {
  readonly _id: string
  readonly names?: (MemberNames & { readonly version: number }) | null
  readonly status?: { readonly is: AccountStatus; readonly version: number }
}

// Their pieces are in no feed.
const ABSENT: readonly AccountStatus[] = ['DEACTIVATED', 'ERASED']

const members = ({ db }: Source) => db.collection<MemberRow>('members')

/**
 * Names after an event. Older events and events about erased members change nothing, in whatever order they arrive.
 * @returns whether they were news
 */
export async function saveMemberNames(tx: MongoTx, id: string, names: MemberNames, version: number): Promise<boolean> {
  const known = await findRow(tx, id)
  if (known?.status?.is === 'ERASED' || (known?.names?.version ?? 0) >= version) return false
  await members(tx).updateOne({ _id: id }, { $set: { names: { ...names, version } } }, { upsert: true, session: tx.session })
  return true
}

/** Status after an event, with the same guard as the names. ERASED forgets the names; the row stays as a tombstone. */
export async function saveMemberStatus(tx: MongoTx, id: string, is: AccountStatus, version: number): Promise<boolean> {
  const known = await findRow(tx, id)
  if (known?.status?.is === 'ERASED' || (known?.status?.version ?? 0) >= version) return false
  const change = { status: { is, version }, ...(is === 'ERASED' && { names: null }) }
  await members(tx).updateOne({ _id: id }, { $set: change }, { upsert: true, session: tx.session })
  return true
}

/** The members of these ids whose names have arrived, and tombstones. */
export async function findMembers(source: Source, ids: readonly string[]): Promise<Member[]> {
  const rows = await findByIds<MemberRow>(source, 'members', ids)
  return rows.flatMap(({ _id: id, names, status }): Member[] => {
    if (status?.is === 'ERASED') return [tombstone(id)]
    return names ? [{ id, username: names.username, displayName: names.displayName, avatarUrl: names.avatarUrl }] : []
  })
}

/** Which of these members have a name and are there: only their pieces are shown. */
export async function presentAmong(source: Source, ids: readonly string[]): Promise<Set<string>> {
  const rows = await members(source)
    .find({ _id: { $in: [...ids] }, 'names.version': { $gt: 0 }, 'status.is': { $nin: [...ABSENT] } }, within(source))
    .toArray()
  return new Set(rows.map(({ _id }) => _id))
}

// Names are unique, so the tombstone's is made of the id's random end.
const tombstone = (id: string): Member => ({ id, username: `deleted_${id.slice(-12)}`, displayName: 'Deleted user', avatarUrl: null })

const findRow = (tx: MongoTx, id: string) => members(tx).findOne({ _id: id }, { session: tx.session })
