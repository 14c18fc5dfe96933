import { isPassing } from '@vibely/kit/errors'
import { ANONYMOUS } from '@vibely/kit/viewer'
import type { Identity } from '../identity/authenticator.ts'
import { identityKey } from '../sources/identity-key.ts'

const SWEEP_MS = 1_000

/** `unproved`: nobody could tell for too long. */
export type CredentialEnd = 'expired' | 'revoked' | 'unproved'

/** The credential of an open connection, until disposed. */
export interface Credential extends Disposable {
  /** Asked for each event: nothing is sent to a client whose session has ended. */
  isGood(): boolean
  /** Takes a fresh identity of the same user; false for another's. */
  renew(identity: Identity): boolean
}

/** Credentials of open connections: a connection ends with what opened it. */
export interface Credentials extends Disposable {
  /** @param onEnd called once, at most a second after the credential has expired or the revocation has come */
  follow(identity: Identity, onEnd: (why: CredentialEnd) => void): Credential
  /** Ends the connections that were opened with it. */
  revoke(credentialId: string): void
}

interface Followed {
  identity: Identity
  ended: boolean
  /** Somebody asks whether it is still good. */
  proving: boolean
  readonly onEnd: (why: CredentialEnd) => void
}

/** One clock looks at all of them: ten thousand timers would cost more than they are worth. */
export function openCredentials(): Credentials {
  const open = new Set<Followed>()
  const byCredential = new Map<string, Set<Followed>>()

  const join = (followed: Followed) => {
    const { credentialId } = followed.identity
    if (credentialId !== null) byCredential.set(credentialId, (byCredential.get(credentialId) ?? new Set()).add(followed))
  }
  const leave = (followed: Followed) => {
    const { credentialId } = followed.identity
    const siblings = credentialId === null ? undefined : byCredential.get(credentialId)
    siblings?.delete(followed)
    if (credentialId !== null && siblings?.size === 0) byCredential.delete(credentialId)
  }
  const end = (followed: Followed, why: CredentialEnd) => {
    if (followed.ended) return
    followed.ended = true
    open.delete(followed)
    leave(followed)
    followed.onEnd(why)
  }
  const isOver = ({ identity: { validUntil } }: Followed) => validUntil !== null && validUntil <= Date.now()
  const hasExpired = (followed: Followed) => isOver(followed) && !followed.identity.prove
  /** Takes the credential's identity anew, or ends with it. */
  const prove = async (followed: Followed) => {
    const { identity } = followed
    if (followed.proving || !identity.prove) return
    followed.proving = true
    try {
      const proved = await identity.prove()
      // The client may have sent another one meanwhile.
      if (followed.identity !== identity) return
      // What runs on the connection was let in with the rights of before.
      if (rightsOf(proved) === rightsOf(identity)) followed.identity = proved
      else end(followed, 'revoked')
    } catch (error) {
      if (followed.identity === identity) end(followed, isPassing(error) ? 'unproved' : 'revoked')
    } finally {
      followed.proving = false
    }
  }
  const clock = setInterval(() => {
    for (const followed of open) {
      if (hasExpired(followed)) end(followed, 'expired')
      else if (isOver(followed)) void prove(followed)
    }
  }, SWEEP_MS).unref()

  return {
    follow(identity, onEnd) {
      const followed: Followed = { identity, ended: false, proving: false, onEnd }
      // Who is nobody stays nobody.
      if (identity.validUntil !== null) open.add(followed)
      join(followed)
      return {
        isGood() {
          if (hasExpired(followed)) end(followed, 'expired')
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
    revoke(credentialId) {
      for (const followed of [...(byCredential.get(credentialId) ?? [])]) end(followed, 'revoked')
    },
    [Symbol.dispose]: () => clearInterval(clock),
  }
}

const rightsOf = ({ viewer }: Identity) => identityKey({ ...ANONYMOUS, viewer })
