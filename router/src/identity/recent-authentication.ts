import type { Viewer } from '@vibely/kit/viewer'

const FACT = 'recent_authentication'
const RECENT_MS = 600_000

/**
 * The viewer with the fact `recent_authentication`, for ten minutes from when his session last proved a password. A refreshed token
 * tells the same time, so it does not prolong it. The fact ends by itself: a viewer stays one object as long as his token is known,
 * and a socket keeps him for longer than that.
 * @param authTime claim `auth_time` of the access token, in seconds since 1970
 */
export function whileRecent(viewer: Viewer, authTime: unknown): Viewer {
  if (typeof authTime !== 'number') return viewer
  const until = authTime * 1_000 + RECENT_MS
  const recent = [...viewer.facts, FACT]
  return Object.freeze({
    ...viewer,
    get facts() {
      return Date.now() < until ? recent : viewer.facts
    },
  })
}
