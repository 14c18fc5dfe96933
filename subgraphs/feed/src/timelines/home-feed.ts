import type { Source } from '@vibely/kit/mongo'
import type { PageArgs } from '@vibely/kit/pages'
import { followeeIds, followersAmong } from '../follows/store.ts'
import { interestsOf } from '../interests/store.ts'
import { presentAmong } from '../members/store.ts'
import { type Item, type ItemPlace, type ItemScope, itemsIn, pickItems } from './store.ts'
import { reachable } from './visibility.ts'

/** What makes up one viewer's home feed at this moment. */
export interface Home {
  readonly viewerId: string
  /** Genres the viewer is interested in. */
  readonly genreIds: ReadonlySet<string>
  readonly scopes: readonly ItemScope[]
}

/**
 * The rules of a home feed: the viewer's own pieces, and those of followed members in genres of interest, as far as
 * their visibility reaches. Follows, interests and standing are read here, at each read, so a follow brings an author's
 * history at once and an unfollow takes exactly that author's items away.
 *
 * Items are stored once and pulled together on read. One index scan a followed author costs less than writing one row a
 * follower until readers follow thousands; then pushed timelines take the place of `itemsIn`, fed by the notifier's
 * chunks, and the rules here stay as the check on read.
 */
export async function openHome(source: Source, viewerId: string): Promise<Home> {
  const [followed, interests] = await Promise.all([followeeIds(source, viewerId), interestsOf(source, viewerId)])
  const [present, followers] = await Promise.all([
    presentAmong(source, [viewerId, ...followed]),
    followersAmong(source, viewerId, followed),
  ])
  const followBack = new Set(followers)
  const genreIds = interests.map(({ genreId }) => genreId)
  const authors = followed.filter((id) => id !== viewerId && present.has(id))
  const scopes: ItemScope[] = [
    { authorIds: present.has(viewerId) ? [viewerId] : [] },
    ...[false, true].map((followedBack) => ({
      authorIds: authors.filter((id) => followBack.has(id) === followedBack),
      visibilities: reachable({ follows: true, followedBack }),
      genreIds,
    })),
  ]
  return { viewerId, genreIds: new Set(genreIds), scopes: scopes.filter(({ authorIds }) => authorIds.length > 0) }
}

/** One page, newest first, with one row more than the limit. */
export const readHome = (source: Source, home: Home, page: PageArgs, from: ItemPlace | null): Promise<Item[]> =>
  itemsIn(source, home.scopes, { from, backward: page.backward, limit: page.limit + 1 })

/** The items of these ids that are in the home feed. */
export const pickFromHome = (source: Source, home: Home, ids: readonly string[]): Promise<Item[]> => pickItems(source, home.scopes, ids)
