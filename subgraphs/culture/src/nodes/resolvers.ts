import { fault } from '@vibely/kit/errors'
import { parseId } from '@vibely/kit/ids'
import type { Context } from '../context.ts'
import type { NodeResolvers, QueryResolvers, ResolversTypes } from '../generated/graphql.ts'

type Found = Awaited<ResolversTypes['Node']> | null
type Find = (id: string, context: Context) => Found | Promise<Found>

/** How each kind of id is found. Other subgraphs' objects are known only by their key: they say themselves what is visible. */
const FINDERS: Readonly<Record<string, Find>> = {
  work: (id, { loaders }) => loaders.work.load(id),
  person: (id, { loaders }) => loaders.person.load(id),
  genre: (id, { loaders }) => loaders.genre.load(id),
  entry: async (id, { sight, loaders }) => sight.see(await loaders.entry.load(id)),
  review: async (id, { sight, loaders }) => sight.see(await loaders.review.load(id)),
  user: async (id, { loaders }) => ((await loaders.member.load(id)) ? { id } : null),
  feed_item: (id) => ({ id }),
  notification: (id) => ({ id }),
}

const find: Find = async (id, context) => {
  const prefix = parseId(id)?.prefix
  return prefix === undefined ? null : ((await FINDERS[prefix]?.(id, context)) ?? null)
}

const TYPES = {
  person: 'Person',
  genre: 'Genre',
  entry: 'LibraryEntry',
  review: 'Review',
  user: 'User',
  feed_item: 'FeedItem',
  notification: 'Notification',
} as const

const MOST_IDS = 100

export const Query: QueryResolvers = {
  node: (_, { id }, context) => find(id, context),
  nodes: (_, { ids }, context) => {
    if (ids.length < 1 || ids.length > MOST_IDS) throw fault('BAD_USER_INPUT', `\`ids\` must be 1 to ${MOST_IDS} ids.`)
    return Promise.all(ids.map((id) => find(id, context)))
  },
}

export const Node: NodeResolvers = {
  __resolveType: (node) => {
    if ('mediaType' in node) return node.mediaType === 'BOOK' ? 'Book' : 'Film'
    const id = '_id' in node ? node._id : node.id
    return TYPES[parseId(id ?? '')?.prefix as keyof typeof TYPES]
  },
}
