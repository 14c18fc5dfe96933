import type { Db } from '../db.ts'
import { type Profile, type ProfileChange, saveProfile } from './store.ts'

const MAX_BIO_CHARACTERS = 1_000
const MAX_LINKS = 5

type UpdateProfileOutcome =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly code: 'TOO_LONG'; readonly field: 'bio' | 'links' }
  | { readonly ok: false; readonly code: 'STALE_VERSION'; readonly currentVersion: number }

/** A repeat writes the same state under the next version; with an expected version it is refused as stale. */
export async function updateProfile(
  db: Db,
  userId: string,
  change: ProfileChange,
  expectedVersion: number | null,
): Promise<UpdateProfileOutcome> {
  if (change.bio && [...change.bio].length > MAX_BIO_CHARACTERS) return { ok: false, code: 'TOO_LONG', field: 'bio' }
  if (change.links && change.links.length > MAX_LINKS) return { ok: false, code: 'TOO_LONG', field: 'links' }
  return db.$transaction(async (tx) => {
    const { saved, profile } = await saveProfile(tx, userId, change, expectedVersion)
    return saved ? { ok: true, profile } : { ok: false, code: 'STALE_VERSION', currentVersion: profile.version }
  })
}
