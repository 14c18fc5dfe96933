import { create, toBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { event } from '@vibely/kit/event'
import type { Sealed } from '@vibely/kit/sealing'
import { PublicProfileSchema, UserProfileChangedSchema, UserRegisteredSchema, UserVerifiedSchema } from '@vibely/schema/events/auth/v1/user'
import type { Account } from './account.ts'

// Mails and texts are in English; accounts have no language of their own yet.
const LOCALE = 'en'

/** The names of a user as they are sealed into its events. */
export const publicProfile = ({ username, displayName, avatarUrl }: Account): Uint8Array =>
  toBinary(PublicProfileSchema, create(PublicProfileSchema, { username, displayName, ...(avatarUrl !== null && { avatarUrl }) }))

const sealedField = (profile: Sealed | undefined) => (profile ? { profile } : {})

export const userRegistered = ({ id, createdAt }: Account, profile: Sealed | undefined) =>
  event(UserRegisteredSchema, { userId: id, ...sealedField(profile), locale: LOCALE, createdAt: timestampFromDate(createdAt) })

export const userVerified = (userId: string, verifiedAt: Date) =>
  event(UserVerifiedSchema, { userId, verifiedAt: timestampFromDate(verifiedAt) })

/** State of the names after a change. */
export const userProfileChanged = (userId: string, profile: Sealed | undefined) =>
  event(UserProfileChangedSchema, { userId, ...sealedField(profile) })
