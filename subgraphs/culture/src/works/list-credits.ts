import type { Cursors, PageInput } from '@vibely/kit/pages'
import type { CreditRole } from '../generated/graphql.ts'
import { pageOf } from '../paging.ts'
import type { CreditPage, Work } from './store.ts'

/** A page of a work's credits by billing. They stand in the work itself, so nothing is read. */
export function listCredits(cursors: Cursors, work: Work, roles: readonly CreditRole[] | null, input: PageInput): Promise<CreditPage> {
  const credits = work.credits
    .filter(({ role }) => roles === null || roles.includes(role))
    .map((credit) => ({ ...credit, work }))
    .sort((a, b) => a.billing - b.billing)
  return pageOf(
    cursors,
    {
      name: `credits of ${work._id}`,
      order: { billing: 1 },
      read: async ({ place, backward, limit }) => {
        const at = place ? Number(place[0]) : null
        const directed = backward ? credits.toReversed() : credits
        return directed.filter(({ billing }) => at === null || (backward ? billing < at : billing > at)).slice(0, limit)
      },
      count: async () => credits.length,
    },
    input,
  )
}
