import type { Db, Tx } from '../db.ts'
import { holdStart, usernameKey } from './names.ts'

/**
 * Claims a name for an account: a free one, one whose hold is over, or one of its own. False when it is taken. Two claims at once
 * meet at the primary key: the later one waits for the earlier and then finds the name taken.
 */
export async function claimUsername(tx: Tx, accountId: string, username: string, now: Date): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    INSERT INTO username (key, spelling, account_id) VALUES (${usernameKey(username)}, ${username}, ${accountId})
    ON CONFLICT (key) DO UPDATE SET spelling = excluded.spelling, account_id = excluded.account_id, given_up_at = NULL
    WHERE username.account_id = excluded.account_id OR username.given_up_at <= ${holdStart(now)}`
  return claimed === 1
}

/** Lets go of every name of the account but one: they lead to it for another 30 days. */
export async function giveUpOtherNames(tx: Tx, accountId: string, username: string, now: Date): Promise<void> {
  await tx.username.updateMany({ where: { accountId, key: { not: usernameKey(username) }, givenUpAt: null }, data: { givenUpAt: now } })
}

/** The account that a present or former name leads to; null when there is none. */
export async function findNameOwner(db: Db, username: string): Promise<string | null> {
  const name = await db.username.findUnique({ where: { key: usernameKey(username) } })
  return name && (name.givenUpAt === null || name.givenUpAt > holdStart(new Date())) ? name.accountId : null
}
