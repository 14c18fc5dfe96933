import { changes, changesNothing, entityChanges } from '@vibely/kit/entity-changes'
import {
  UserProfileChangedSchema,
  UserRegisteredSchema,
  UserStatusChangedSchema,
  UserVerifiedSchema,
} from '@vibely/schema/events/auth/v1/user'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { ReviewDeletedSchema, ReviewEditedSchema, ReviewPublishedSchema } from '@vibely/schema/events/culture/v1/review'
import { WorkCreatedSchema, type WorkState, WorkUpdatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'
import { InterestChangedSchema } from '@vibely/schema/events/social/v1/interest'

const user = { User: ({ userId }: { readonly userId: string }) => [userId] }
const workState = { Work: ({ work }: { readonly work?: WorkState | undefined }) => (work ? [work.workId] : []) }

/** What the events that feed consumes change. Feed items and notifications are their viewer's, and nothing of those is kept. */
export const feedChanges = entityChanges([
  changes(UserRegisteredSchema, user),
  changes(UserVerifiedSchema, user),
  changes(UserProfileChangedSchema, user),
  changes(UserStatusChangedSchema, user),
  changes(WorkCreatedSchema, workState),
  changes(WorkUpdatedSchema, workState),
  changes(GenreChangedSchema, { Genre: ({ genreId }) => [genreId] }),
  changesNothing(FollowedSchema),
  changesNothing(UnfollowedSchema),
  changesNothing(InterestChangedSchema),
  changesNothing(ReviewPublishedSchema),
  changesNothing(ReviewEditedSchema),
  changesNothing(ReviewDeletedSchema),
])
