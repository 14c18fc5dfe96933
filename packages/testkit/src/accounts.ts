import { create, toBinary } from '@bufbuild/protobuf'
import { newId } from '@vibely/kit/ids'
import { type KeyRing, newUserKey, seal } from '@vibely/kit/sealing'
import {
  type AccountStatus,
  PublicProfileSchema,
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'
import { openVersions, type Sent, sent } from './deliver.ts'

/** Accounts as the other subgraphs hear of them: makes auth's events, with the names sealed and the versions counted. */
export function openAccounts(keyRing: KeyRing) {
  const next = openVersions()
  const profile = async (userId: string, displayName: string) => {
    const names = create(PublicProfileSchema, { username: displayName.toLowerCase(), displayName })
    const sealed = await seal(keyRing, userId, toBinary(PublicProfileSchema, names))
    return sealed ? { profile: sealed } : {}
  }
  return {
    /** A new account with a key in the ring. */
    async registered(displayName: string, userId = newId('user')): Promise<Sent & { readonly userId: string }> {
      await keyRing.put(userId, newUserKey())
      const names = await profile(userId, displayName)
      return { ...sent(UserRegisteredSchema, next('user', userId), { userId, ...names, locale: 'en' }), userId }
    },
    verified: (userId: string): Sent => sent(UserVerifiedSchema, next('user', userId), { userId }),
    async renamed(userId: string, displayName: string): Promise<Sent> {
      const names = await profile(userId, displayName)
      return sent(UserProfileChangedSchema, next('user', userId), { userId, ...names })
    },
    statusChanged: (userId: string, status: AccountStatus): Sent => sent(UserStatusChangedSchema, next('user', userId), { userId, status }),
  }
}
