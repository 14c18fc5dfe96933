import type { Source } from '@vibely/kit/mongo'
import type { Document } from 'mongodb'
import { findFollowees, findFollowersAmong } from './follows/store.ts'
import type { Visibility } from './generated/graphql.ts'

/** Something that belongs to a member, who says who may see it. */
export interface Piece {
  readonly userId: string
  readonly visibility: Visibility
}

/** What one viewer may see, for one operation. */
export interface Sight {
  /** The piece, or null when the viewer must not know that it exists. Whoever has the id has the link. */
  see<P extends Piece>(piece: P | null): Promise<P | null>
  /** Condition on the pieces that lists show: unlisted ones only to their owner. */
  listed(): Promise<Document>
}

/** Members whose pieces a viewer sees although they are not for everyone. */
interface Circle {
  readonly followees: readonly string[]
  /** Those who follow back. */
  readonly mutuals: readonly string[]
}

export function openSight(source: Source, viewerId: string | null): Sight {
  let known: Promise<Circle> | undefined
  const circleOf = (id: string): Promise<Circle> => {
    known ??= readCircle(source, id)
    return known
  }

  const mayUse = async ({ userId, visibility }: Piece): Promise<boolean> => {
    if (visibility === 'PUBLIC' || visibility === 'UNLISTED' || userId === viewerId) return true
    if (visibility === 'PRIVATE' || viewerId === null) return false
    const { followees, mutuals } = await circleOf(viewerId)
    return (visibility === 'FOLLOWERS' ? followees : mutuals).includes(userId)
  }

  return {
    see: async (piece) => (piece && (await mayUse(piece)) ? piece : null),
    async listed() {
      if (viewerId === null) return { visibility: 'PUBLIC' }
      const { followees, mutuals } = await circleOf(viewerId)
      return {
        $or: [
          { visibility: 'PUBLIC' },
          { userId: viewerId },
          { visibility: 'FOLLOWERS', userId: { $in: followees } },
          { visibility: 'MUTUALS', userId: { $in: mutuals } },
        ],
      }
    },
  }
}

async function readCircle(source: Source, viewerId: string): Promise<Circle> {
  const followees = await findFollowees(source, viewerId)
  return { followees, mutuals: await findFollowersAmong(source, viewerId, followees) }
}
