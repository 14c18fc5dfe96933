import { on, type Subscription } from '@vibely/kit/consumer'
import type { MongoTx } from '@vibely/kit/outbox-mongo'
import { GenreChangedSchema } from '@vibely/schema/events/culture/v1/genre_state'
import { saveGenre } from './store.ts'

/** Names of genres, for the sentences that feed writes. */
export const genres: Subscription<MongoTx> = {
  topic: 'vibely.culture.genre-state.v1',
  group: 'feed.genres',
  handlers: [
    on(GenreChangedSchema, async (tx: MongoTx, { message: { genreId, names }, version }) => {
      await saveGenre(tx, { _id: genreId, names, version })
    }),
  ],
}
