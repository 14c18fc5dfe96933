import { fault } from '@vibely/kit/errors'
import { connection, type KeyPart, pageArgs } from '@vibely/kit/pages'
import { requireScope, requireViewer } from '@vibely/kit/viewer'
import type { Context } from '../context.ts'
import type { FeedItemResolvers, QueryResolvers, ResolversTypes } from '../generated/graphql.ts'
import { readHome } from './home-feed.ts'
import type { Item, ItemPlace } from './store.ts'

export const Query: QueryResolvers = {
  homeFeed: async (_, input, { viewer, database, loaders, cursors }) => {
    const { id: viewerId } = requireScope(viewer, 'feed:read')
    const list = `homeFeed:${viewerId}`
    const page = pageArgs(input)
    const from = page.cursor === null ? null : readPlace(cursors.decode(list, page.cursor))
    const items = await readHome(database, await loaders.home.load(viewerId), page, from)
    return connection(items, page, (item) => cursors.encode(list, [item.occurredAt.getTime(), item.id]))
  },
}

export const FeedItem: FeedItemResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.item.load(id),
  actor: ({ authorId }) => ({ id: authorId }),
  subject: ({ subjectId }) => ({ __typename: 'Review', id: subjectId }),
  work: ({ workId }) => ({ id: workId }),
  reason: (item, _, context) => reasonFor(item, context),
}

/** Why the viewer has the item: its author, and the first of its genres that the viewer is interested in. */
async function reasonFor(item: Item, { viewer, loaders }: Context): Promise<ResolversTypes['FeedReason']> {
  const { id: viewerId } = requireViewer(viewer)
  if (item.authorId === viewerId) return { kind: 'SELF', explanation: 'You wrote this.' }
  const { genreIds } = await loaders.home.load(viewerId)
  const genreId = item.genreIds.find((id) => genreIds.has(id))
  const [author, genre] = await Promise.all([
    loaders.member.load(item.authorId),
    genreId === undefined ? null : loaders.genre.load(genreId),
  ])
  const sources = [author?.displayName, genre?.name].filter((name) => name !== undefined)
  return {
    kind: 'FOLLOWED_MEMBER',
    via: { id: item.authorId },
    ...(genreId !== undefined && { genre: { id: genreId } }),
    explanation: `You follow ${sources.join(' and ')}.`,
  }
}

function readPlace([time, id]: readonly KeyPart[]): ItemPlace {
  if (typeof time !== 'number' || typeof id !== 'string') throw fault('INVALID_CURSOR')
  return { occurredAt: new Date(time), id }
}
