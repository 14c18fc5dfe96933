import type { PageInput } from '@vibely/kit/pages'
import type { Context } from '../context.ts'
import type { ReviewFilter } from '../generated/graphql.ts'
import { type ChildLoader, pageOf } from '../paging.ts'
import { REVIEW_ORDER, type Review, type ReviewPage, reviewCondition } from './store.ts'

/** A page of the reviews that hang on a work or member, as far as the viewer may see them. */
export async function listReviews(
  { cursors, sight }: Pick<Context, 'cursors' | 'sight'>,
  reviews: ChildLoader<Review>,
  parent: string,
  filter: ReviewFilter,
  input: PageInput,
): Promise<ReviewPage> {
  const list = { parent, filter: { $and: [await sight.listed(), reviewCondition(filter)] } }
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
