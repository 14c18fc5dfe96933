import { hash } from 'node:crypto'
import { Fault, fault } from '@vibely/kit/errors'
import { LRUCache } from 'lru-cache'
import type { Holder, HolderOf } from './api-key-holder.ts'
import type { Identity } from './authenticator.ts'
import type { KeyAttempts } from './key-attempts.ts'

/** What every API key begins with, and no access token. */
const START = 'vbk_'
const FORM = /^vbk_[\w-]{43}$/
// A key that ended is refused within five seconds, even when nobody could tell.
const FRESH_MS = 4_000
const UNKNOWN_MS = 30_000
const RETRY_MS = 1_000
// As long as an access token would do without auth.
const OUTAGE_MS = 300_000
// How long an open connection goes without being looked at: revocations end it sooner, unless one was lost.
const LOOK_AGAIN_MS = 60_000
const KEPT = 10_000

export interface ApiKeys {
  /**
   * @param ip where it comes from: who tries unknown keys is soon refused
   * @throws Fault UNAUTHENTICATED, RATE_LIMITED after many unknown keys, SUBGRAPH_UNAVAILABLE while auth cannot be asked
   */
  identify(secret: string, ip: string | null): Promise<Identity>
}

/** True for a credential that can only be an API key. */
export const isApiKey = (credential: string): boolean => credential.startsWith(START)

interface Known {
  /** Null for a key that is not good. */
  readonly identity: Identity | null
  readonly freshUntil: number
  /** When auth last vouched for it, and until when the key lives. */
  readonly provedAt: number
  readonly endsAt: number
  /** Auth gave no answer the last time. */
  readonly unanswered: boolean
}

/**
 * Looks API keys up by the hash of their secret, which goes no further than here. Each one is asked for once in a few seconds, however
 * many requests come with it. While auth is away, what was good stays good for a while.
 */
export function openApiKeys({ holderOf, attempts }: { readonly holderOf: HolderOf; readonly attempts: KeyAttempts }): ApiKeys {
  const known = new LRUCache<string, Known>({ max: KEPT })
  const pending = new Map<string, Promise<Known>>()

  function lookUp(secretHash: string): Promise<Known> {
    const underWay = pending.get(secretHash)
    if (underWay !== undefined) return underWay
    const lookingUp = ask(secretHash).finally(() => pending.delete(secretHash))
    pending.set(secretHash, lookingUp)
    return lookingUp
  }

  async function ask(secretHash: string): Promise<Known> {
    // What is true now may have ended when the answer comes.
    const askedAt = Date.now()
    const before = known.get(secretHash)
    try {
      const found = outcome(await holderOf(secretHash), askedAt, () => prove(secretHash))
      known.set(secretHash, found)
      return found
    } catch (error) {
      if (!before?.identity || askedAt >= staysUntil(before))
        throw error instanceof Fault ? error : fault('SUBGRAPH_UNAVAILABLE', undefined, { service: 'auth', cause: error })
      const { identity, endsAt } = before
      const kept: Known = {
        ...before,
        identity: { ...identity, validUntil: lookAgainAt(askedAt, endsAt) },
        freshUntil: Math.min(Date.now() + RETRY_MS, endsAt),
        unanswered: true,
      }
      known.set(secretHash, kept)
      return kept
    }
  }

  const prove = async (secretHash: string): Promise<Identity> => good((await lookUp(secretHash)).identity)

  return {
    async identify(secret, ip) {
      if (!FORM.test(secret)) throw notGood()
      const secretHash = hash('sha256', secret, 'base64url')
      const before = known.get(secretHash)
      if (before && Date.now() < before.freshUntil) return good(before.identity)
      if (before?.identity) {
        const proving = prove(secretHash)
        if (!before.unanswered || Date.now() >= staysUntil(before)) return proving
        // A subgraph that hangs must not hold up those who need nothing of it.
        proving.catch(() => undefined)
        return before.identity
      }
      const takeBack = await attempts.count(ip)
      const { identity } = await lookUp(secretHash).catch((error: unknown) => {
        takeBack()
        throw error
      })
      if (identity) takeBack()
      return good(identity)
    },
  }
}

function outcome(holder: Holder | null, askedAt: number, prove: () => Promise<Identity>): Known {
  if (!holder) return { identity: null, freshUntil: askedAt + UNKNOWN_MS, provedAt: askedAt, endsAt: askedAt, unanswered: false }
  const { apiKeyId, userId, roles, scopes, facts, endsAt } = holder
  const viewer = Object.freeze({ id: userId, sessionId: null, roles, scopes, facts })
  const identity = { viewer, credentialId: apiKeyId, validUntil: lookAgainAt(askedAt, endsAt), prove }
  return { identity, freshUntil: Math.min(askedAt + FRESH_MS, endsAt), provedAt: askedAt, endsAt, unanswered: false }
}

/** How long a key that was good stays good without an answer. */
const staysUntil = ({ provedAt, endsAt }: Known) => Math.min(provedAt + OUTAGE_MS, endsAt)

// Connections that came together are not looked at together.
const lookAgainAt = (askedAt: number, endsAt: number) => Math.min(askedAt + LOOK_AGAIN_MS * (0.75 + Math.random() / 2), endsAt)

function good(identity: Identity | null): Identity {
  if (!identity) throw notGood()
  return identity
}

const notGood = () => fault('UNAUTHENTICATED', 'The API key is not valid.')
