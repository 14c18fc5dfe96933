import type { Db } from '../db.ts'
import { queueVerification } from '../mail/queue.ts'
import { emailKey } from './names.ts'

/**
 * Wants another verification mail. Whose address it is, if anybody's, is looked up when the mail is made: nothing that the caller can
 * see or measure depends on it. A repeat sends another mail, up to the hourly limit.
 */
export async function requestEmailVerification(
  { db, mailQueued }: { readonly db: Db; readonly mailQueued: () => void },
  email: string,
): Promise<void> {
  await queueVerification(db, { emailKey: emailKey(email) })
  mailQueued()
}
