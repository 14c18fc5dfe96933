import { WorksDocument } from '@vibely/schema/operations'
import type { Member } from './member.ts'

const PAGES = 2
const PAGE = 60

/** Films of the catalogue with their genres, the most popular first; page by page, because one operation may not cost so much. */
export async function films(member: Member): Promise<{ id: string; genres: readonly { id: string }[] }[]> {
  const found = []
  for (let page = 0, after: string | null | undefined; page < PAGES; page += 1) {
    const { works } = await member.call(WorksDocument, { first: PAGE, filter: { mediaTypes: ['FILM'] }, ...(after && { after }) })
    found.push(...(works?.nodes ?? []))
    after = works?.pageInfo.endCursor
  }
  return found
}
