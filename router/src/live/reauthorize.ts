import type { Identity } from '../identity/access-token.ts'

const SWEEP_MS = 1_000

export type CredentialEnd = 'expired' | 'revoked'

/** The credential of an open connection, until disposed. */
export interface Credential extends Disposable {
  /** Asked for each event: nothing is sent to a client whose session has ended. */
  isGood(): boolean
  /** Takes a fresh identity of the same user; false for another's. */
  renew(identity: Identity): boolean
}

/** Credentials of open connections: a connection ends with what opened it. */
export interface Credentials extends Disposable {
  /** @param onEnd called once, at most a second after the token has expired or the revocation has come */
  follow(identity: Identity, onEnd: (why: CredentialEnd) => void): Credential
  endSession(sessionId: string): void
}

interface Followed {
  identity: Identity
  ended: boolean
  readonly onEnd: (why: CredentialEnd) => void
}

/** One clock looks at all of them: ten thousand timers would cost more than they are worth. */
export function openCredentials(): Credentials {
  const open = new Set<Followed>()
  const bySession = new Map<string, Set<Followed>>()

  const join = (followed: Followed) => {
    const session = followed.identity.viewer?.sessionId
    if (session) bySession.set(session, (bySession.get(session) ?? new Set()).add(followed))
  }
  const leave = (followed: Followed) => {
    const session = followed.identity.viewer?.sessionId
    const siblings = session ? bySession.get(session) : undefined
    siblings?.delete(followed)
    if (session && siblings?.size === 0) bySession.delete(session)
  }
  const end = (followed: Followed, why: CredentialEnd) => {
    if (followed.ended) return
    followed.ended = true
    open.delete(followed)
    leave(followed)
    followed.onEnd(why)
  }
  const expired = ({ identity: { validUntil } }: Followed) => validUntil !== null && validUntil <= Date.now()
  const clock = setInterval(() => {
    for (const followed of open) if (expired(followed)) end(followed, 'expired')
  }, SWEEP_MS).unref()

  return {
    follow(identity, onEnd) {
      const followed: Followed = { identity, ended: false, onEnd }
      // Who is nobody stays nobody.
      if (identity.validUntil !== null) open.add(followed)
      join(followed)
      return {
        isGood() {
          if (expired(followed)) end(followed, 'expired')
          return !followed.ended
        },
        renew(fresh) {
          if (followed.ended || fresh.viewer?.id !== followed.identity.viewer?.id) return false
          leave(followed)
          followed.identity = fresh
          join(followed)
          return true
        },
        [Symbol.dispose]() {
          followed.ended = true
          open.delete(followed)
          leave(followed)
        },
      }
    },
    endSession(sessionId) {
      for (const followed of [...(bySession.get(sessionId) ?? [])]) end(followed, 'revoked')
    },
    [Symbol.dispose]: () => clearInterval(clock),
  }
}
