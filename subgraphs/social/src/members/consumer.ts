import { on, type Subscription } from '@vibely/kit/consumer'
import { type KeyRing, unsealMessage } from '@vibely/kit/sealing'
import {
  AccountStatus,
  PublicProfileSchema,
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'
import type { Sealed } from '@vibely/schema/events/common/v1/sealed'
import type { Tx } from '../db.ts'
import { deleteProfile } from '../profiles/store.ts'
import { eraseMember, type LivingStatus, saveMemberNames, saveMemberStatus } from './store.ts'

/** Public names of members, and the state of their accounts. */
export const members = (keyRing: KeyRing): Subscription<Tx> => {
  const saveNames = async (tx: Tx, userId: string, sealed: Sealed | undefined, version: number) => {
    if (!sealed) return
    const names = await unsealMessage(keyRing, sealed, PublicProfileSchema)
    if (names === 'erased') return erase(tx, userId, version)
    const { username, displayName, avatarUrl } = names
    await saveMemberNames(tx, userId, { username, displayName, avatarUrl: avatarUrl ?? null }, version)
  }
  return {
    topic: 'vibely.auth.user.v1',
    group: 'social.members',
    handlers: [
      on(UserRegisteredSchema, (tx: Tx, { message, version }) => saveNames(tx, message.userId, message.profile, version)),
      on(UserProfileChangedSchema, (tx: Tx, { message, version }) => saveNames(tx, message.userId, message.profile, version)),
      on(UserVerifiedSchema, (tx: Tx, { message, version }) => saveMemberStatus(tx, message.userId, 'ACTIVE', version)),
      on(UserStatusChangedSchema, (tx: Tx, { message, version }) => saveStatus(tx, message.userId, message.status, version)),
    ],
  }
}

async function saveStatus(tx: Tx, userId: string, status: AccountStatus, version: number): Promise<void> {
  const known = STATUSES[status]
  if (known === 'ERASED') await erase(tx, userId, version)
  else await saveMemberStatus(tx, userId, known, version)
}

// Follows stay, so that the counts of others do not change.
async function erase(tx: Tx, userId: string, version: number): Promise<void> {
  await eraseMember(tx, userId, version)
  await deleteProfile(tx, userId)
}

const STATUSES: Readonly<Record<AccountStatus, LivingStatus | 'ERASED'>> = {
  [AccountStatus.UNSPECIFIED]: 'PENDING',
  [AccountStatus.PENDING]: 'PENDING',
  [AccountStatus.ACTIVE]: 'ACTIVE',
  [AccountStatus.LIMITED]: 'LIMITED',
  [AccountStatus.SUSPENDED]: 'SUSPENDED',
  [AccountStatus.DEACTIVATED]: 'DEACTIVATED',
  [AccountStatus.ERASED]: 'ERASED',
}
