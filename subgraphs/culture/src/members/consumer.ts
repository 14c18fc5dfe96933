import { on, type Subscription } from '@vibely/kit/consumer'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type KeyRing, unsealMessage } from '@vibely/kit/sealing'
import {
  AccountStatus,
  PublicProfileSchema,
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
} from '@vibely/schema/events/auth/v1/user'
import type { Sealed } from '@vibely/schema/events/common/v1/sealed'
import { eraseMember, saveMemberNames } from './store.ts'

/** Keeps the names of auth's users. Every effect bears repeats and any order: see the store. */
export const members = (keyRing: KeyRing): Subscription<MongoTx> => {
  const saveProfile = async (tx: MongoTx, userId: string, profile: Sealed | undefined, version: number): Promise<void> => {
    // Auth had no key to seal with: a later event will carry the names.
    if (!profile) return
    const names = await unsealMessage(keyRing, profile, PublicProfileSchema)
    // A destroyed key means that the member was erased, whatever this event said.
    if (names === 'erased') return eraseMember(tx, userId, version)
    const { username, displayName, avatarUrl } = names
    await saveMemberNames(tx, userId, { username, displayName, avatarUrl: avatarUrl ?? null }, version)
  }
  return {
    topic: 'vibely.auth.user.v1',
    group: 'culture.members',
    handlers: [
      on(UserRegisteredSchema, (tx: MongoTx, { message, version }) => saveProfile(tx, message.userId, message.profile, version)),
      on(UserProfileChangedSchema, (tx: MongoTx, { message, version }) => saveProfile(tx, message.userId, message.profile, version)),
      on(UserStatusChangedSchema, async (tx: MongoTx, { message, version }) => {
        if (message.status === AccountStatus.ERASED) await eraseMember(tx, message.userId, version)
      }),
    ],
  }
}
