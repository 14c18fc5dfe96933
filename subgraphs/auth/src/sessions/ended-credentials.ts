import type { Db } from '../db.ts'
import { ACCESS_TOKEN_AFTERLIFE_SECONDS } from './access-token.ts'
import { findEnded } from './ended-store.ts'

/** For clocks that differ, and transactions that were under way. */
const OVERLAP_MS = 60_000

/**
 * What was ended since an instant, and from where to ask the next time. Overlaps: some come twice. What was ended longer ago than an
 * access token lives is left out, since nothing of it can be in use.
 */
export async function endedSince(db: Db, since: Date | null): Promise<{ readonly ids: readonly string[]; readonly until: Date }> {
  const now = Date.now()
  const earliest = now - ACCESS_TOKEN_AFTERLIFE_SECONDS * 1_000
  const ids = await findEnded(db, new Date(Math.max(since?.getTime() ?? earliest, earliest)))
  return { ids, until: new Date(now - OVERLAP_MS) }
}
