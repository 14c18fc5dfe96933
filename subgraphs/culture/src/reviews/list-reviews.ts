import type { Cursors, PageInput } from '@vibely/kit/pages'
import type { ReviewFilter } from '../generated/graphql.ts'
import { type ChildLoader, pageOf } from '../paging.ts'
import { listedFor } from '../visibility.ts'
import { REVIEW_ORDER, type Review, type ReviewPage, reviewCondition } from './store.ts'

/** A page of the reviews that hang on a work or member, as far as the viewer may see them. */
export function listReviews(
  cursors: Cursors,
  reviews: ChildLoader<Review>,
  { parent, viewerId, filter }: { readonly parent: string; readonly viewerId: string | null; readonly filter: ReviewFilter },
  input: PageInput,
): Promise<ReviewPage> {
  const list = { parent, filter: { $and: [listedFor(viewerId), reviewCondition(filter)] } }
  return pageOf(
    cursors,
    {
      name: `reviews of ${parent}`,
      order: REVIEW_ORDER,
      read: (window) => reviews.read(list, window),
      count: () => reviews.count(list),
    },
    input,
  )
}
