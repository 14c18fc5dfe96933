import { on, type Subscription } from '@vibely/kit/consumer'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import type { Tx } from '../db.ts'
import { saveGenre } from './store.ts'

/** Keeps the ids of culture's genres. */
export const genres: Subscription<Tx> = {
  topic: 'vibely.culture.genre-state.v1',
  group: 'social.genres',
  handlers: [on(GenreChangedSchema, (tx: Tx, { message, version }) => saveGenre(tx, message.genreId, version))],
}
