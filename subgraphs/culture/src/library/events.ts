import { event } from '@vibely/kit/event'
import { LibraryEntryChangedSchema, LibraryStatus } from '@vibely/schema/events/culture/v1/library'
import { Visibility } from '@vibely/schema/events/culture/v1/review'
import type { LibraryEntry } from './store.ts'

export const libraryEntryChanged = (before: LibraryEntry | null, after: LibraryEntry, genreIds: readonly string[]) =>
  event(LibraryEntryChangedSchema, {
    entryId: after._id,
    userId: after.userId,
    workId: after.workId,
    from: before ? LibraryStatus[before.status] : LibraryStatus.UNSPECIFIED,
    to: LibraryStatus[after.status],
    ...(after.score !== null && { score: after.score }),
    visibility: Visibility[after.visibility],
    genreIds: [...genreIds],
  })
