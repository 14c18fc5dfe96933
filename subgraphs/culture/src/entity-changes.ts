import { changes, changesNothing, entityChanges } from '@vibely/kit/entity-changes'
import { UserProfileChangedSchema, UserRegisteredSchema, UserStatusChangedSchema } from '@vibely/schema/events/auth/v1/user'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { LibraryEntryChangedSchema, LibraryEntryRemovedSchema } from '@vibely/schema/events/culture/v1/library'
import { ReviewDeletedSchema, ReviewEditedSchema, ReviewPublishedSchema, type ReviewState } from '@vibely/schema/events/culture/v1/review'
import { WorkCreatedSchema, type WorkState, WorkUpdatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import { FollowedSchema, UnfollowedSchema } from '@vibely/schema/events/social/v1/follow'

// Others ask for a work without knowing its medium.
const work = (id: string) => [
  { type: 'Work', id },
  { type: 'Book', id },
  { type: 'Film', id },
]
const user = ({ userId }: { readonly userId: string }) => [{ type: 'User', id: userId }]
const review = (id: string) => [{ type: 'Review', id }]
const workOf = ({ work: state }: { readonly work?: WorkState | undefined }) => (state ? work(state.workId) : [])
const reviewOf = ({ review: state }: { readonly review?: ReviewState | undefined }) => (state ? review(state.reviewId) : [])
// A score counts in the ratings of its work.
const entryAndWork = ({ entryId, workId }: { readonly entryId: string; readonly workId: string }) => [
  { type: 'LibraryEntry', id: entryId },
  ...work(workId),
]

/** What culture's own events change, and those that it consumes. */
export const cultureChanges = entityChanges(
  changes(WorkCreatedSchema, workOf),
  changes(WorkUpdatedSchema, workOf),
  changes(GenreChangedSchema, ({ genreId }) => [{ type: 'Genre', id: genreId }]),
  changes(ReviewPublishedSchema, reviewOf),
  changes(ReviewEditedSchema, reviewOf),
  changes(ReviewDeletedSchema, ({ reviewId }) => review(reviewId)),
  changes(LibraryEntryChangedSchema, entryAndWork),
  changes(LibraryEntryRemovedSchema, entryAndWork),
  changes(UserRegisteredSchema, user),
  changes(UserProfileChangedSchema, user),
  changes(UserStatusChangedSchema, user),
  // Who follows whom decides only what a viewer may see, and nothing that depends on the viewer is kept.
  changesNothing(FollowedSchema),
  changesNothing(UnfollowedSchema),
)
