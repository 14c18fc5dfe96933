import { event } from '@vibely/kit/event'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import type { Genre } from './store.ts'

export const genreChanged = ({ _id, slug, name, parentId }: Genre) =>
  event(GenreChangedSchema, { genreId: _id, slug, names: { en: name }, ...(parentId !== null && { parentId }) })
