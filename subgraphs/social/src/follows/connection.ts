import { fault } from '@vibely/kit/errors'
import { type Cursors, connection, type PageInput, pageArgs } from '@vibely/kit/pages'
import type { Loaders } from '../loaders.ts'
import type { FollowEdge, FollowPlace, Side } from './store.ts'

/**
 * One page of a member's followers or of those it follows: skeleton, members, rule, presentation.
 * The rule: whoever cannot be shown is left out, so a page may be shorter than asked.
 */
export async function followConnection(
  { loaders, cursors }: { readonly loaders: Loaders; readonly cursors: Cursors },
  side: Side,
  memberId: string,
  input: PageInput,
) {
  const list = `${side}:${memberId}`
  const { cursor, ...args } = pageArgs(input)
  const place = cursor === null ? null : readPlace(cursors.decode(list, cursor))
  const rows = await loaders.followPage.load({ side, memberId, page: { ...args, place } })

  const otherOf = (edge: FollowEdge) => (side === 'followers' ? edge.followerId : edge.followeeId)
  const page = connection(rows, { ...args, cursor }, (edge) => cursors.encode(list, [edge.followedAt.toISOString(), otherOf(edge)]))
  const members = await Promise.all(page.edges.map(({ node }) => loaders.member.load(otherOf(node))))
  const edges = page.edges.flatMap(({ cursor, node }, index) =>
    members[index] ? [{ cursor, node: { id: otherOf(node) }, followedAt: node.followedAt }] : [],
  )
  const count = () => loaders.followCount[side].load(memberId)
  return { edges, nodes: edges.map((edge) => edge.node), pageInfo: page.pageInfo, count }
}

/** A page of follows, which can also tell how many there are in all. */
export type FollowPageOf = Awaited<ReturnType<typeof followConnection>>

function readPlace([followedAt, otherId]: readonly unknown[]): FollowPlace {
  if (typeof followedAt !== 'string' || typeof otherId !== 'string') throw fault('INVALID_CURSOR')
  return { followedAt: new Date(followedAt), otherId }
}
