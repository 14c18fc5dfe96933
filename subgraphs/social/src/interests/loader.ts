import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import { countGenreFollowers, findFollowedGenres, findInterests, type Interest } from './store.ts'

export interface InterestsKey {
  readonly userId: string
  readonly limit: number
}

/** Strongest interests of members; equal limits are one query. */
export const interestsLoader = (db: Db): DataLoader<InterestsKey, Interest[], string> =>
  new DataLoader(
    async (keys) => {
      const found = new Map<number, ReadonlyMap<string, Interest[]>>()
      await Promise.all(
        [...Map.groupBy(keys, (key) => key.limit)].map(async ([limit, group]) => {
          const userIds = group.map((key) => key.userId)
          found.set(limit, await findInterests(db, userIds, limit))
        }),
      )
      return keys.map(({ userId, limit }) => found.get(limit)?.get(userId) ?? [])
    },
    { cacheKeyFn: ({ userId, limit }) => `${limit} ${userId}` },
  )

/** Numbers of members who follow genres. */
export const genreFollowerCountLoader = (db: Db): DataLoader<string, number> =>
  new DataLoader(async (genreIds) => {
    const counts = await countGenreFollowers(db, genreIds)
    return genreIds.map((id) => counts.get(id) ?? 0)
  })

/**
 * Whether one viewer follows genres.
 * @param viewer asked only when something is loaded, so that it may refuse
 */
export const followedGenreLoader = (db: Db, viewer: () => string): DataLoader<string, boolean> =>
  new DataLoader(async (genreIds) => {
    const followed = new Set(await findFollowedGenres(db, viewer(), genreIds))
    return genreIds.map((id) => followed.has(id))
  })
