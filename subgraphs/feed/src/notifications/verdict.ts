import type { Follow } from '../follows/store.ts'
import type { Interest } from '../interests/store.ts'
import type { Item } from '../timelines/store.ts'
import { reachable } from '../timelines/visibility.ts'

/** How a member stands to an item's author and genres. */
export interface Bond {
  readonly follow: Follow | null
  readonly followedBack: boolean
  readonly interests: readonly Interest[]
}

/** `tell`: should have a notification. `show`: may keep one, but is not told. `hide`: may not see the item. */
export type Verdict = 'tell' | 'show' | 'hide'

/**
 * What a member should know of an item. Told is who followed the author and one of the genres when the item was
 * published; who came later finds it in the home feed. The times compared were set by the ones who acted, so the
 * verdict is the same in whatever order the events arrive.
 */
export function verdictOf(item: Item, { follow, followedBack, interests }: Bond): Verdict {
  if (!reachable({ follows: follow !== null, followedBack }).includes(item.visibility)) return 'hide'
  const before = ({ since }: { readonly since: Date }) => since <= item.occurredAt
  const awaited = follow !== null && before(follow) && interests.some((one) => item.genreIds.includes(one.genreId) && before(one))
  return awaited ? 'tell' : 'show'
}
