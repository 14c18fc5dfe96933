import DataLoader from 'dataloader'
import type { Db } from '../db.ts'
import { countFollows, type FollowEdge, type FollowPage, findFollowPages, findFollowsBetween, type Side } from './store.ts'

export interface FollowPageKey {
  readonly side: Side
  readonly memberId: string
  readonly page: FollowPage
}

/** How the viewer and another member stand to each other. */
export interface Ties {
  readonly viewerFollows: boolean
  readonly followsViewer: boolean
}

/** Pages of follows; equal pages of different members' lists are one query. */
export const followPageLoader = (db: Db): DataLoader<FollowPageKey, FollowEdge[], string> =>
  new DataLoader(
    async (keys) => {
      const pages = new Map<FollowPageKey, FollowEdge[]>()
      const alike = Map.groupBy(keys, ({ side, page }) => JSON.stringify([side, page]))
      await Promise.all(
        [...alike.values()].map(async (group) => {
          const [{ side, page }] = group as [FollowPageKey]
          const memberIds = group.map((key) => key.memberId)
          const found = await findFollowPages(db, side, memberIds, page)
          for (const key of group) pages.set(key, found.get(key.memberId) ?? [])
        }),
      )
      return keys.map((key) => pages.get(key) ?? [])
    },
    { cacheKeyFn: ({ side, memberId, page }) => JSON.stringify([side, memberId, page]) },
  )

/** Lengths of members' lists of follows. */
export const followCountLoader = (db: Db, side: Side): DataLoader<string, number> =>
  new DataLoader(async (memberIds) => {
    const counts = await countFollows(db, side, memberIds)
    return memberIds.map((id) => counts.get(id) ?? 0)
  })

/**
 * Ties of one viewer to others.
 * @param viewer asked only when something is loaded, so that it may refuse
 */
export const tiesLoader = (db: Db, viewer: () => string): DataLoader<string, Ties> =>
  new DataLoader(async (otherIds) => {
    const viewerId = viewer()
    const edges = await findFollowsBetween(db, viewerId, otherIds)
    const followees = new Set(edges.filter((edge) => edge.followerId === viewerId).map((edge) => edge.followeeId))
    const followers = new Set(edges.filter((edge) => edge.followeeId === viewerId).map((edge) => edge.followerId))
    return otherIds.map((id) => ({ viewerFollows: followees.has(id), followsViewer: followers.has(id) }))
  })
