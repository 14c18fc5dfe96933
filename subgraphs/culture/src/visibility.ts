import type { Document } from 'mongodb'
import type { Visibility } from './generated/graphql.ts'

/** Something that belongs to a member, who says who may see it. */
export interface Piece {
  readonly userId: string
  readonly visibility: Visibility
}

const BY_LINK: ReadonlySet<Visibility> = new Set(['PUBLIC', 'UNLISTED'])

/** Whether somebody who has the link may see a piece. */
export const isVisible = (piece: Piece, viewerId: string | null): boolean => piece.userId === viewerId || BY_LINK.has(piece.visibility)

/** The piece, or null when the viewer must not know that it exists. */
export const ifVisible = <P extends Piece>(piece: P | null, viewerId: string | null): P | null =>
  piece && isVisible(piece, viewerId) ? piece : null

/** Pieces that lists show to a viewer: unlisted ones only to their owner. */
export const listedFor = (viewerId: string | null): Document =>
  viewerId === null ? { visibility: 'PUBLIC' } : { $or: [{ visibility: 'PUBLIC' }, { userId: viewerId }] }
