import { changes, changesNothing, entityChanges } from '@vibely/kit/entity-changes'
import { UserProfileChangedSchema, UserRegisteredSchema, UserStatusChangedSchema } from '@vibely/schema/events/auth/v1/user'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { LibraryEntryChangedSchema, LibraryEntryRemovedSchema } from '@vibely/schema/events/culture/v1/library'
import { ReviewDeletedSchema, ReviewEditedSchema, ReviewPublishedSchema, type ReviewState } from '@vibely/schema/events/culture/v1/review'
import { WorkCreatedSchema, type WorkState, WorkUpdatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'

// Others ask for a work without knowing its medium.
const work = <Message>(idsOf: (message: Message) => readonly string[]) => ({ Work: idsOf, Book: idsOf, Film: idsOf })
const workState = work(({ work: state }: { readonly work?: WorkState | undefined }) => (state ? [state.workId] : []))
const reviewState = { Review: ({ review: state }: { readonly review?: ReviewState | undefined }) => (state ? [state.reviewId] : []) }
// A score counts in the ratings of its work.
const entryAndWork = {
  LibraryEntry: ({ entryId }: { readonly entryId: string }) => [entryId],
  ...work(({ workId }: { readonly workId: string }) => [workId]),
}
const user = { User: ({ userId }: { readonly userId: string }) => [userId] }

/** What culture's own events change, and those that it consumes. */
export const cultureChanges = entityChanges(
  [
    changes(WorkCreatedSchema, workState),
    changes(WorkUpdatedSchema, workState),
    changes(GenreChangedSchema, { Genre: ({ genreId }) => [genreId] }),
    changes(ReviewPublishedSchema, reviewState),
    changes(ReviewEditedSchema, reviewState),
    changes(ReviewDeletedSchema, { Review: ({ reviewId }) => [reviewId] }),
    changes(LibraryEntryChangedSchema, entryAndWork),
    changes(LibraryEntryRemovedSchema, entryAndWork),
    changes(UserRegisteredSchema, user),
    changes(UserProfileChangedSchema, user),
    changes(UserStatusChangedSchema, user),
    // Who follows whom decides only what a viewer may see, and nothing that depends on the viewer is kept.
    changesNothing(FollowedSchema),
    changesNothing(UnfollowedSchema),
  ],
  // The catalogue adds people and never changes one.
  ['Person'],
)
