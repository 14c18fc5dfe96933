import { findByIds, type Source } from '@vibely/kit/mongo'
import type { MongoTx } from '@vibely/kit/outbox-mongo'

/** What another row says of a member: all the rest comes from the copy below. */
export interface MemberRef {
  readonly id: string
}

/** The copy of auth's public profile. */
export interface MemberNames {
  readonly username: string
  readonly displayName: string
  readonly avatarUrl: string | null
}

/** A member whose names can be shown. */
export interface Member extends MemberNames {
  readonly _id: string
}

interface MemberRow {
  readonly _id: string
  readonly names?: MemberNames
  /** Version of the event that last set the names. */
  readonly namesVersion: number
  /** A tombstone: no names, and none will come back. */
  readonly erased: boolean
}

const members = ({ db }: Source) => db.collection<MemberRow>('members')

/** The members of these ids that can be shown. One is missing until its names have arrived. */
export async function findMembers(source: Source, ids: readonly string[]): Promise<Member[]> {
  const rows = await findByIds<MemberRow>(source, 'members', ids)
  return rows.flatMap(({ _id, names, erased }) => (erased ? [tombstone(_id)] : names ? [{ _id, ...names }] : []))
}

// Names are unique, so the tombstone's is made of the id's random end.
const tombstone = (id: string): Member => ({
  _id: id,
  username: `deleted_${id.slice(-12)}`,
  displayName: 'Deleted user',
  avatarUrl: null,
})

/** Names after an event. Older events and events about erased members change nothing, in whatever order they arrive. */
export async function saveMemberNames(tx: MongoTx, id: string, names: MemberNames, version: number): Promise<void> {
  const known = await members(tx).findOne({ _id: id }, { session: tx.session })
  if (known && (known.erased || known.namesVersion >= version)) return
  await members(tx).replaceOne({ _id: id }, { names, namesVersion: version, erased: false }, { upsert: true, session: tx.session })
}

/** Forgets the names for good. The row stays as a tombstone, so that no late event brings the member back. */
export async function eraseMember(tx: MongoTx, id: string, version: number): Promise<void> {
  await members(tx).replaceOne({ _id: id }, { namesVersion: version, erased: true }, { upsert: true, session: tx.session })
}
