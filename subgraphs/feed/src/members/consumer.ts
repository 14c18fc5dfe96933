import { on, type Subscription } from '@vibely/kit/consumer'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { type KeyRing, unsealMessage } from '@vibely/kit/sealing'
import {
  PublicProfileSchema,
  AccountStatus as Status,
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'
import type { Sealed } from '@vibely/schema/events/common/v1/sealed'
import { requestAnnouncement } from '../notifications/announcements.ts'
import { forgetExcerpts } from '../timelines/store.ts'
import { type AccountStatus, saveMemberNames, saveMemberStatus } from './store.ts'

/** Keeps names and status of auth's users. */
export const members = (keyRing: KeyRing): Subscription<MongoTx> => ({
  topic: 'vibely.auth.user.v1',
  group: 'feed.members',
  handlers: [
    on(UserRegisteredSchema, async (tx: MongoTx, { message: { userId, profile }, version }) => {
      await saveNames(tx, keyRing, userId, profile, version)
      await saveStatus(tx, userId, 'PENDING', version)
    }),
    on(UserProfileChangedSchema, (tx: MongoTx, { message: { userId, profile }, version }) =>
      saveNames(tx, keyRing, userId, profile, version),
    ),
    on(UserVerifiedSchema, (tx: MongoTx, { message: { userId }, version }) => saveStatus(tx, userId, 'ACTIVE', version)),
    on(UserStatusChangedSchema, async (tx: MongoTx, { message: { userId, status }, version }) => {
      if (status !== Status.UNSPECIFIED) await saveStatus(tx, userId, STATUSES[status], version)
    }),
  ],
})

async function saveNames(tx: MongoTx, keyRing: KeyRing, userId: string, sealed: Sealed | undefined, version: number): Promise<void> {
  if (!sealed) return
  const names = await unsealMessage(keyRing, sealed, PublicProfileSchema)
  if (names === 'erased') return saveStatus(tx, userId, 'ERASED', version)
  const { username, displayName, avatarUrl } = names
  const news = await saveMemberNames(tx, userId, { username, displayName, avatarUrl: avatarUrl ?? null }, version)
  // Pieces that came ahead of their author's name were held back.
  if (news) await requestAnnouncement(tx, { of: 'author', authorId: userId })
}

async function saveStatus(tx: MongoTx, userId: string, status: AccountStatus, version: number): Promise<void> {
  if (!(await saveMemberStatus(tx, userId, status, version))) return
  if (status === 'ERASED') await forgetExcerpts(tx, userId)
  await requestAnnouncement(tx, { of: 'author', authorId: userId })
}

const STATUSES: Readonly<Record<Exclude<Status, Status.UNSPECIFIED>, AccountStatus>> = {
  [Status.PENDING]: 'PENDING',
  [Status.ACTIVE]: 'ACTIVE',
  [Status.LIMITED]: 'LIMITED',
  [Status.SUSPENDED]: 'SUSPENDED',
  [Status.DEACTIVATED]: 'DEACTIVATED',
  [Status.ERASED]: 'ERASED',
}
