import type { Source } from '@vibely/kit/mongo'
import type { Cursors, PageInput } from '@vibely/kit/pages'
import type { WorkFilter, WorkSort } from '../generated/graphql.ts'
import { genreFamilies } from '../genres/store.ts'
import { pageOf } from '../paging.ts'
import { countWorks, findWorkPage, WORK_ORDERS, type WorkPage, workCondition } from './store.ts'

/** A page of the catalogue. */
export async function listWorks(
  source: Source,
  cursors: Cursors,
  { genreIds, ...filter }: WorkFilter,
  sort: WorkSort,
  input: PageInput,
): Promise<WorkPage> {
  const condition = workCondition(filter, genreIds ? await genreFamilies(source, genreIds) : null)
  return pageOf(
    cursors,
    {
      name: `works by ${sort}`,
      order: WORK_ORDERS[sort],
      read: (window) => findWorkPage(source, condition, window),
      count: () => countWorks(source, condition),
    },
    input,
  )
}
