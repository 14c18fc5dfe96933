import { event } from '@vibely/kit/event'
import { MediaType, WorkCreatedSchema } from '@vibely/schema/events/culture/v1/work_state'
import type { Work } from './store.ts'

export const workCreated = (work: Work) =>
  event(WorkCreatedSchema, {
    work: {
      workId: work._id,
      mediaType: MediaType[work.mediaType],
      title: work.title,
      slug: work.slug,
      genreIds: [...work.genreIds],
      personIds: work.credits.map((credit) => credit.personId),
    },
  })
