import { changes, entityChanges } from '@vibely/kit/entity-changes'
import {
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'

const user = { User: ({ userId }: { readonly userId: string }) => [userId] }

/** Whom auth's events change. */
export const authChanges = entityChanges([
  changes(UserRegisteredSchema, user),
  changes(UserVerifiedSchema, user),
  changes(UserProfileChangedSchema, user),
  changes(UserStatusChangedSchema, user),
])
