import type { Caller, Viewer } from '@vibely/kit/viewer'

const keys = new WeakMap<Viewer, string>()

/**
 * Callers with the same key are the same to every subgraph that reads: same person, session, roles, scopes and facts.
 * Address and device are left out: no read may depend on them.
 */
export function identityKey({ viewer }: Caller): string {
  if (!viewer) return ''
  // A viewer is one object as long as its token is known, so this is made once for many requests.
  const known = keys.get(viewer)
  if (known !== undefined) return known
  const { id, sessionId, roles, scopes, facts } = viewer
  const key = JSON.stringify([id, sessionId, roles, scopes, facts])
  keys.set(viewer, key)
  return key
}
