import { changes, entityChanges } from '@vibely/kit/entity-changes'
import {
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { InterestChangedSchema } from '@vibely/schema/events/social/v1/interest'

const user = { User: ({ userId }: { readonly userId: string }) => [userId] }
const genre = { Genre: ({ genreId }: { readonly genreId: string }) => [genreId] }
// Both count their follows.
const bothSides = {
  User: ({ followerId, followeeId }: { readonly followerId: string; readonly followeeId: string }) => [followerId, followeeId],
}

/** Whom and what social's own events change, and those that it consumes. */
export const socialChanges = entityChanges([
  changes(FollowedSchema, bothSides),
  changes(UnfollowedSchema, bothSides),
  // The genre counts its followers.
  changes(InterestChangedSchema, { ...user, ...genre }),
  changes(UserRegisteredSchema, user),
  changes(UserVerifiedSchema, user),
  changes(UserProfileChangedSchema, user),
  changes(UserStatusChangedSchema, user),
  changes(GenreChangedSchema, genre),
])
