import { fault } from './errors.ts'

/** The person behind a request, as the router proved it. */
export interface Viewer {
  readonly id: string
  /** Session of the credential; null for an API key. */
  readonly sessionId: string | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** What holds at this moment, for policies: `verified_email`, `not_sanctioned`, `recent_authentication`. */
  readonly facts: readonly string[]
}

/** Who calls, and from where. */
export interface Caller {
  readonly viewer: Viewer | null
  /** Address of the client as the router saw it. */
  readonly ip: string | null
  readonly userAgent: string | null
  /** Headers of the client that subgraphs get which are not ours. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export const ANONYMOUS: Caller = Object.freeze({ viewer: null, ip: null, userAgent: null })

/** @throws Fault UNAUTHENTICATED */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (!viewer) throw fault('UNAUTHENTICATED')
  return viewer
}

/** The viewer of a session: some things only a signed-in person may do. @throws Fault UNAUTHENTICATED, FORBIDDEN for an API key */
export function requireSession(viewer: Viewer | null): Viewer & { readonly sessionId: string } {
  const known = requireViewer(viewer)
  const { sessionId } = known
  if (sessionId === null) throw fault('FORBIDDEN', 'Only a signed-in person may do this, not an API key.')
  return { ...known, sessionId }
}

/** @throws Fault UNAUTHENTICATED, INSUFFICIENT_SCOPE */
export function requireScope(viewer: Viewer | null, scope: string): Viewer {
  const known = requireViewer(viewer)
  if (!known.scopes.includes(scope)) throw fault('INSUFFICIENT_SCOPE', `This needs the scope ${scope}.`, { requiredScopes: [[scope]] })
  return known
}

/** @throws Fault UNAUTHENTICATED, FORBIDDEN, STEP_UP_REQUIRED */
export function requireFact(viewer: Viewer | null, fact: string): Viewer {
  const known = requireViewer(viewer)
  if (!known.facts.includes(fact))
    throw fact === 'recent_authentication' ? fault('STEP_UP_REQUIRED') : fault('FORBIDDEN', policyMessage(fact))
  return known
}

const policyMessage = (fact: string): string =>
  fact === 'verified_email' ? 'Confirm your e-mail address first.' : 'Your account may not do this at the moment.'
