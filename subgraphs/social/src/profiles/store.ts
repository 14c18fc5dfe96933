import type { Db, Tx } from '../db.ts'

export interface Profile {
  readonly userId: string
  readonly bio: string | null
  readonly links: readonly string[]
  /** Number of edits. */
  readonly version: number
}

/** New values; what is absent stays. */
export interface ProfileChange {
  readonly bio?: string | null
  readonly links?: readonly string[]
}

const empty = (userId: string): Profile => ({ userId, bio: null, links: [], version: 0 })

/**
 * Changes the profile when it still has the expected version.
 * @param expectedVersion null: whatever it is
 */
export async function saveProfile(
  tx: Tx,
  userId: string,
  { bio, links }: ProfileChange,
  expectedVersion: number | null,
): Promise<{ saved: boolean; profile: Profile }> {
  await tx.profile.createMany({ data: { ...empty(userId), links: [] }, skipDuplicates: true })
  const { count } = await tx.profile.updateMany({
    where: { userId, ...(expectedVersion !== null && { version: expectedVersion }) },
    data: { ...(bio !== undefined && { bio }), ...(links && { links: [...links] }), version: { increment: 1 } },
  })
  return { saved: count === 1, profile: await tx.profile.findUniqueOrThrow({ where: { userId } }) }
}

/** Profiles in the order of the ids. */
export async function findProfiles(db: Db, userIds: readonly string[]): Promise<Profile[]> {
  const rows = await db.profile.findMany({ where: { userId: { in: [...userIds] } } })
  const profiles = new Map<string, Profile>(rows.map((row) => [row.userId, row]))
  return userIds.map((id) => profiles.get(id) ?? empty(id))
}

/** Deletes what an erased member wrote about itself. */
export async function deleteProfile(tx: Tx, userId: string): Promise<void> {
  await tx.profile.deleteMany({ where: { userId } })
}
