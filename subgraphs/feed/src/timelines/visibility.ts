/** Who may see a piece. */
export type Visibility = 'PUBLIC' | 'UNLISTED' | 'FOLLOWERS' | 'MUTUALS' | 'PRIVATE'

/** How a viewer stands to the author of a piece. */
export interface Ties {
  /** The viewer follows the author. */
  readonly follows: boolean
  /** The author follows the viewer. */
  readonly followedBack: boolean
}

/** The visibilities in which a piece reaches somebody else's feed through these ties. UNLISTED needs the link, so never. */
export function reachable({ follows, followedBack }: Ties): Visibility[] {
  if (!follows) return ['PUBLIC']
  return followedBack ? ['PUBLIC', 'FOLLOWERS', 'MUTUALS'] : ['PUBLIC', 'FOLLOWERS']
}
