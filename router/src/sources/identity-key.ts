import type { Caller, Viewer } from '@vibely/kit/viewer'

const keys = new WeakMap<Viewer, string>()

const headerKeys = new WeakMap<object, string>()

/**
 * Callers with the same key are the same to every subgraph that reads: same person, session, roles, scopes and facts, and the same
 * headers that go on to it. Address and device are left out: no read may depend on them.
 */
export const identityKey = ({ viewer, headers }: Caller): string =>
  headers ? `${viewerKey(viewer)} ${headersKey(headers)}` : viewerKey(viewer)

function headersKey(headers: Readonly<Record<string, string>>): string {
  const known = headerKeys.get(headers)
  if (known !== undefined) return known
  const key = JSON.stringify(Object.entries(headers).sort())
  headerKeys.set(headers, key)
  return key
}

function viewerKey(viewer: Viewer | null): string {
  if (!viewer) return ''
  // A viewer is one object as long as its token is known, so this is made once for many requests.
  const known = keys.get(viewer)
  if (known !== undefined) return known
  const { id, sessionId, roles, scopes, facts } = viewer
  const key = JSON.stringify([id, sessionId, roles, scopes, facts])
  keys.set(viewer, key)
  return key
}
