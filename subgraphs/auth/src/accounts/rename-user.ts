import { withAggregate } from '@vibely/kit/outbox-postgres'
import type { Db } from '../db.ts'
import type { UserKeys } from '../keys/user-keys.ts'
import type { Account } from './account.ts'
import { publicProfile, userProfileChanged } from './events.ts'
import { holdEnd } from './names.ts'
import { findAccount, findRenamedAt, setRenamedAt } from './store.ts'
import { claimUsername, giveUpOtherNames } from './username-store.ts'

type RenameOutcome =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly code: 'USERNAME_TAKEN' }
  | { readonly ok: false; readonly code: 'LIMIT_REACHED'; readonly retryAt: Date }

/** Changes the username, once in 30 days. The name that one has already is a repeat: nothing happens. */
export async function renameUser(
  { db, userKeys }: { readonly db: Db; readonly userKeys: UserKeys },
  userId: string,
  username: string,
): Promise<RenameOutcome> {
  return db.$transaction((tx) =>
    withAggregate(tx, 'user', userId, async (append) => {
      const before = await present(findAccount(tx, userId))
      if (before.username === username) return { ok: true, account: before }
      const now = new Date()
      const renamedAt = await findRenamedAt(tx, userId)
      if (renamedAt && holdEnd(renamedAt) > now) return { ok: false, code: 'LIMIT_REACHED', retryAt: holdEnd(renamedAt) }
      if (!(await claimUsername(tx, userId, username, now))) return { ok: false, code: 'USERNAME_TAKEN' }
      await giveUpOtherNames(tx, userId, username, now)
      await setRenamedAt(tx, userId, now)
      const account = await present(findAccount(tx, userId))
      await append(userProfileChanged(userId, await userKeys.seal(tx, userId, publicProfile(account))))
      return { ok: true, account }
    }),
  )
}

async function present(found: Promise<Account | null>): Promise<Account> {
  const account = await found
  if (!account) throw new Error('the account of a session does not exist')
  return account
}
