import type { Db, Tx } from '../db.ts'

/** State of an account that is not erased. */
export type LivingStatus = 'PENDING' | 'ACTIVE' | 'LIMITED' | 'SUSPENDED' | 'DEACTIVATED'

/** What resolvers are given of a member: the rest is loaded. */
export interface MemberRef {
  readonly id: string
}

/** A member as others may see it. */
export interface Member extends MemberRef {
  readonly username: string
  readonly displayName: string
  readonly avatarUrl: string | null
}

export type MemberNames = Omit<Member, 'id'>

/** True for a member who can be met: known, neither erased nor hidden by its owner. */
export async function memberExists(tx: Tx, id: string): Promise<boolean> {
  const member = await tx.member.findUnique({ where: { id }, select: { status: true } })
  return member !== null && member.status !== 'ERASED' && member.status !== 'DEACTIVATED'
}

/** True for a member who is or was here, tombstones included. */
export async function memberKnown(tx: Tx, id: string): Promise<boolean> {
  return (await tx.member.count({ where: { id } })) === 1
}

/** The members of these ids that can be shown. One is missing until its names have arrived, or while it is deactivated. */
export async function findMembers(db: Db, ids: readonly string[]): Promise<Member[]> {
  const rows = await db.member.findMany({ where: { id: { in: [...ids] }, status: { not: 'DEACTIVATED' } } })
  return rows.flatMap((row): Member[] => {
    if (row.status === 'ERASED') return [tombstone(row.id)]
    if (row.username === null || row.displayName === null) return []
    return [{ id: row.id, username: row.username, displayName: row.displayName, avatarUrl: row.avatarUrl }]
  })
}

// Names are unique, so the tombstone's is made of the id's random end.
const tombstone = (id: string): Member => ({ id, username: `deleted_${id.slice(-12)}`, displayName: 'Deleted user', avatarUrl: null })

/** Names after an event. Older events and events about erased members change nothing, in whatever order they arrive. */
export async function saveMemberNames(tx: Tx, id: string, names: MemberNames, version: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO member (id, username, display_name, avatar_url, names_version)
    VALUES (${id}, ${names.username}, ${names.displayName}, ${names.avatarUrl}, ${version})
    ON CONFLICT (id) DO UPDATE
    SET username = excluded.username, display_name = excluded.display_name, avatar_url = excluded.avatar_url,
        names_version = excluded.names_version
    WHERE member.names_version < excluded.names_version AND member.status <> 'ERASED'`
}

/** Status after an event, with the same guard as the names. */
export async function saveMemberStatus(tx: Tx, id: string, status: LivingStatus, version: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO member (id, status, status_version) VALUES (${id}, ${status}, ${version})
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, status_version = excluded.status_version
    WHERE member.status_version < excluded.status_version AND member.status <> 'ERASED'`
}

/** Forgets the names for good. The row stays as a tombstone, so that no late event brings the member back. */
export async function eraseMember(tx: Tx, id: string, version: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO member (id, status, status_version) VALUES (${id}, 'ERASED', ${version})
    ON CONFLICT (id) DO UPDATE
    SET status = 'ERASED', status_version = excluded.status_version, username = NULL, display_name = NULL, avatar_url = NULL
    WHERE member.status <> 'ERASED'`
}
