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

const user = (id: string) => ({ type: 'User', id })
const genre = (id: string) => ({ type: 'Genre', id })
const member = ({ userId }: { readonly userId: string }) => [user(userId)]
// Both sides count their follows.
const bothSides = ({ followerId, followeeId }: { readonly followerId: string; readonly followeeId: string }) => [
  user(followerId),
  user(followeeId),
]

/** Whom and what social's own events change, and those that it consumes. */
export const socialChanges = entityChanges(
  changes(FollowedSchema, bothSides),
  changes(UnfollowedSchema, bothSides),
  changes(InterestChangedSchema, ({ userId, genreId }) => [user(userId), genre(genreId)]),
  changes(UserRegisteredSchema, member),
  changes(UserVerifiedSchema, member),
  changes(UserProfileChangedSchema, member),
  changes(UserStatusChangedSchema, member),
  changes(GenreChangedSchema, ({ genreId }) => [genre(genreId)]),
)
