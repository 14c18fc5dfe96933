import { mustLoad } from '@vibely/kit/loading'
import { requireScope } from '@vibely/kit/viewer'
import type { LibraryEntryConnectionResolvers, LibraryEntryResolvers, MutationResolvers, UserResolvers } from '../generated/graphql.ts'
import { given } from '../given.ts'
import { Counted, pageOf } from '../paging.ts'
import { conflictError, inputError } from '../user-errors.ts'
import { rateWork } from './rate-work.ts'
import { setLibraryEntry } from './set-library-entry.ts'
import { entryCondition, LIBRARY_ORDER } from './store.ts'

export const Mutation: MutationResolvers = {
  setLibraryEntry: async (_, { input }, { viewer, services }) => {
    const { id: userId } = requireScope(viewer, 'library:write')
    const { workId, expectedVersion = null, status, visibility, ...clearable } = input
    const outcome = await setLibraryEntry(services, {
      userId,
      workId,
      expectedVersion,
      fields: { status, ...(visibility && { visibility }), ...given(clearable) },
    })
    if (outcome.ok) return { entry: outcome.entry, userErrors: [] }
    if (outcome.code === 'STALE_VERSION') {
      return { entry: null, userErrors: [conflictError(outcome.code, outcome.currentVersion, 'input', 'expectedVersion')] }
    }
    return { entry: null, userErrors: [inputError(outcome.code, 'input', outcome.code === 'NOT_FOUND' ? 'workId' : 'finishedOn')] }
  },
  rateWork: async (_, { input: { workId, score = null } }, { viewer, services }) => {
    const { id: userId } = requireScope(viewer, 'library:write')
    const outcome = await rateWork(services, { userId, workId, score })
    return outcome.ok
      ? { entry: outcome.entry, userErrors: [] }
      : { entry: null, userErrors: [inputError(outcome.code, 'input', 'workId')] }
  },
}

export const LibraryEntry: LibraryEntryResolvers = {
  __resolveReference: async ({ id }, { sight, loaders }) => sight.see(await loaders.entry.load(id)),
  id: ({ _id }) => _id,
  user: ({ userId }) => ({ id: userId }),
  work: ({ workId }, _, { loaders }) => mustLoad(loaders.work, workId),
  review: async ({ userId, workId }, _, { sight, loaders }) => sight.see(await loaders.reviewOf.load({ userId, workId })),
}

export const LibraryEntryConnection: LibraryEntryConnectionResolvers = Counted

export const User: UserResolvers = {
  library: async ({ id }, { filter, ...page }, { sight, cursors, loaders }) => {
    const list = { parent: id, filter: { $and: [await sight.listed(), entryCondition(filter ?? {})] } }
    return pageOf(
      cursors,
      {
        name: `library of ${id}`,
        order: LIBRARY_ORDER,
        read: (window) => loaders.library.read(list, window),
        count: () => loaders.library.count(list),
      },
      page,
    )
  },
}
