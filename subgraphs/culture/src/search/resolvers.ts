import { fault } from '@vibely/kit/errors'
import { isId } from '@vibely/kit/ids'
import { mustLoad } from '@vibely/kit/loading'
import type { Context } from '../context.ts'
import type {
  CatalogHitConnectionResolvers,
  CatalogHitEdgeResolvers,
  CatalogHitResolvers,
  CatalogSearchResolvers,
  QueryResolvers,
} from '../generated/graphql.ts'
import { Counted, pageOf } from '../paging.ts'
import { search } from './search.ts'
import { countMatches, findMatches, MATCH_ORDER, type Match } from './store.ts'

const QUERY_LENGTH = 200

export const Query: QueryResolvers = {
  searchCatalog: async (_, { query }, { database }) => {
    const found = query.length <= QUERY_LENGTH ? await search(database, query) : null
    if (!found) throw fault('BAD_USER_INPUT', `\`query\` must have a letter or digit and at most ${QUERY_LENGTH} characters.`)
    return found
  },
}

export const CatalogSearch: CatalogSearchResolvers = {
  hits: ({ query }, page, { cursors, database }) =>
    pageOf(
      cursors,
      {
        name: `search ${query.text}`,
        order: MATCH_ORDER,
        read: (window) => findMatches(database, query, window),
        count: () => countMatches(database, query),
      },
      page,
    ),
}

const hitOf = ({ _id }: Match, { loaders }: Context) => (isId(_id, 'person') ? mustLoad(loaders.person, _id) : mustLoad(loaders.work, _id))

export const CatalogHitConnection: CatalogHitConnectionResolvers = {
  ...Counted,
  nodes: ({ nodes }, _, context) => Promise.all(nodes.map((match) => hitOf(match, context))),
}

export const CatalogHitEdge: CatalogHitEdgeResolvers = {
  node: ({ node }, _, context) => hitOf(node, context),
  relevance: ({ node: { relevance } }) => relevance,
}

export const CatalogHit: CatalogHitResolvers = {
  __resolveType: (hit) => ('mediaType' in hit ? (hit.mediaType === 'BOOK' ? 'Book' : 'Film') : 'Person'),
}
