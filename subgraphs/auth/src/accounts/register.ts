import { createHash } from 'node:crypto'
import { newId } from '@vibely/kit/ids'
import { withAggregate } from '@vibely/kit/outbox-postgres'
import { type Db, isUniqueViolation, type Tx } from '../db.ts'
import type { UserKeys } from '../keys/user-keys.ts'
import { queueVerification } from '../mail/queue.ts'
import { hashPassword, verifyPassword } from '../passwords/hash.ts'
import { openSession } from '../sessions/open-session.ts'
import { insertRefreshToken } from '../sessions/refresh-token-store.ts'
import type { Revoke } from '../sessions/revoke.ts'
import type { Grant } from '../sessions/session.ts'
import { lockLiveSession } from '../sessions/store.ts'
import type { Account } from './account.ts'
import { publicProfile, userRegistered } from './events.ts'
import { emailKey, usernameKey } from './names.ts'
import { findRegistration, forgetOldRegistrations, insertRegistration, type Registration } from './registration-store.ts'
import { findAccount, findPasswordHash, insertAccount } from './store.ts'
import { claimUsername, findNameOwner } from './username-store.ts'

/** A registration whose texts are well formed. */
export interface NewMember {
  readonly email: string
  readonly username: string
  readonly displayName: string
  readonly password: string
  readonly idempotencyKey: string | null
  readonly deviceName: string
}

type RegisterOutcome =
  | { readonly ok: true; readonly account: Account; readonly grant: Grant }
  | { readonly ok: false; readonly code: 'USERNAME_TAKEN' | 'IDEMPOTENCY_MISMATCH' }

export interface RegisterParts {
  readonly db: Db
  readonly userKeys: UserKeys
  readonly revoke: Revoke
  /** Called after the commit: a mail is waiting. */
  readonly mailQueued: () => void
}

/**
 * Opens a PENDING account with its first session, and queues the mail that verifies its address. Whether the address is known
 * elsewhere makes no difference. With an idempotency key a repeat within 24 hours, or at the same time, finds the first account.
 */
export async function register(parts: RegisterParts, member: NewMember): Promise<RegisterOutcome> {
  const { db } = parts
  const known = await findRepeat(db, member)
  if (known) return repeat(parts, known, member)
  // Before the hash, which is the costly part; the claim below decides.
  if (await findNameOwner(db, member.username)) return { ok: false, code: 'USERNAME_TAKEN' }
  const passwordHash = await hashPassword(member.password)
  const opened = await db
    .$transaction((tx) => open(tx, parts.userKeys, member, passwordHash))
    .catch((error: unknown) => {
      // The same key at the same time: the other one has committed and is found below.
      if (member.idempotencyKey !== null && isUniqueViolation(error)) return null
      throw error
    })
  if (opened) {
    parts.mailQueued()
    return { ok: true, ...opened }
  }
  const concurrent = await findRepeat(db, member)
  return concurrent ? repeat(parts, concurrent, member) : { ok: false, code: 'USERNAME_TAKEN' }
}

/** Null when the name is taken. The name comes first: where it is refused nothing has been written. */
async function open(
  tx: Tx,
  userKeys: UserKeys,
  member: NewMember,
  passwordHash: string,
): Promise<{ account: Account; grant: Grant } | null> {
  const id = newId('user')
  if (!(await claimUsername(tx, id, member.username, new Date()))) return null
  return withAggregate(tx, 'user', id, async (append) => {
    const account = await insertAccount(tx, { id, displayName: member.displayName, email: member.email, passwordHash })
    const { grant } = await openSession(tx, id, member.deviceName)
    if (member.idempotencyKey !== null) {
      await forgetOldRegistrations(tx)
      await insertRegistration(tx, {
        key: member.idempotencyKey,
        fingerprint: fingerprint(member),
        accountId: id,
        sessionId: grant.session.id,
      })
    }
    await queueVerification(tx, { accountId: id })
    // Last, because the key ring is another server: everything that can be refused has been written.
    await userKeys.create(tx, id)
    await append(userRegistered(account, await userKeys.seal(tx, id, publicProfile(account))))
    return { account, grant }
  })
}

// The password is left out, since a fast hash of it could be guessed; it is compared with the account's own.
const fingerprint = ({ email, username, displayName }: NewMember) =>
  new Uint8Array(
    createHash('sha256')
      .update(JSON.stringify([emailKey(email), usernameKey(username), displayName]))
      .digest(),
  )

const findRepeat = (db: Db, { idempotencyKey }: NewMember) => (idempotencyKey === null ? null : findRegistration(db, idempotencyKey))

/** The account and session of the first time, with fresh tokens: secrets are not kept to be shown again. */
async function repeat({ db, revoke }: RegisterParts, first: Registration, member: NewMember): Promise<RegisterOutcome> {
  const mine = await verifyPassword(member.password, await findPasswordHash(db, first.accountId))
  if (!mine || !Buffer.from(first.fingerprint).equals(fingerprint(member))) return { ok: false, code: 'IDEMPOTENCY_MISMATCH' }
  const { account, grant, ended } = await db.$transaction(async (tx) => {
    const account = await findAccount(tx, first.accountId)
    const session = await lockLiveSession(tx, first.sessionId)
    const opened = session
      ? { grant: await insertRefreshToken(tx, session, new Date()), ended: [] }
      : await openSession(tx, first.accountId, member.deviceName)
    return { account, ...opened }
  })
  if (!account) throw new Error(`account ${first.accountId} has a password but does not exist`)
  await revoke(ended)
  return { ok: true, account, grant }
}
