import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@vibely/kit/logger'
import { z } from 'zod'
import type { Source } from '../sources/source.ts'
import { askAuth } from './ask-auth.ts'

/** With the time that the question takes, what was ended is known within five seconds. */
const PAUSE_MS = 4_000
/** Longer than any access token lives, leeway included. */
const KEPT_MS = 400_000

/** Sessions and API keys that auth has ended. Disposing stops asking. */
export interface EndedCredentials extends AsyncDisposable {
  has(credentialId: string): boolean
}

const NAME = 'EndedCredentials'
const QUERY = `query ${NAME}($since: DateTime) { endedCredentials(since: $since) { ids until } }`
const answer = z.object({ endedCredentials: z.object({ ids: z.array(z.string()), until: z.iso.datetime() }) })

/**
 * Asks auth every few seconds what it has ended. Word of it comes sooner by Redis; this finds what was lost while Redis was away, for
 * auth or for us. A question that fails is asked again, from the same place.
 */
export function followEnded(options: {
  readonly auth: Source
  readonly onEnded: (credentialId: string) => void
  readonly logger: Logger
}): EndedCredentials {
  const { auth, onEnded, logger } = options
  const knownUntil = new Map<string, number>()
  const stop = new AbortController()
  let since: string | null = null

  async function ask(): Promise<void> {
    const data = await askAuth(auth, { name: NAME, query: QUERY, variables: { since } }, stop.signal)
    const { ids, until } = answer.parse(data).endedCredentials
    since = until
    const now = Date.now()
    for (const [id, end] of knownUntil) if (end < now) knownUntil.delete(id)
    for (const id of ids) {
      const isNew = !knownUntil.has(id)
      knownUntil.set(id, now + KEPT_MS)
      if (isNew) onEnded(id)
    }
  }

  const follow = async () => {
    while (!stop.signal.aborted) {
      await ask().catch((error: unknown) => logger.debug({ err: error }, 'what has ended is not known'))
      await delay(PAUSE_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
    }
  }
  const following = follow()

  return {
    has: (credentialId) => knownUntil.has(credentialId),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await following
    },
  }
}
