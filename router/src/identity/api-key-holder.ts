import { z } from 'zod'
import type { Source } from '../sources/source.ts'
import { askAuth } from './ask-auth.ts'

/** Whom an API key stands for. */
export interface Holder {
  readonly apiKeyId: string
  readonly userId: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly facts: readonly string[]
  /** Milliseconds since 1970. */
  readonly endsAt: number
}

/** The holder of the key whose secret has this hash; null when there is none. @throws when auth gives no answer */
export type HolderOf = (secretHash: string) => Promise<Holder | null>

const NAME = 'ApiKeyHolder'
const QUERY = `query ${NAME}($secretHash: String!) { apiKeyHolder(secretHash: $secretHash) { apiKeyId userId roles scopes facts expiresAt } }`
// Those who wait share the answer, so nobody's leaving ends it; the source has a deadline.
const NEVER = new AbortController().signal

const texts = z.array(z.string())
const answer = z.object({
  apiKeyHolder: z
    .object({ apiKeyId: z.string(), userId: z.string(), roles: texts, scopes: texts, facts: texts, expiresAt: z.iso.datetime() })
    .nullable(),
})

/** Asks auth. */
export function holdersFrom(auth: Source): HolderOf {
  return async (secretHash) => {
    const { apiKeyHolder } = answer.parse(await askAuth(auth, { name: NAME, query: QUERY, variables: { secretHash } }, NEVER))
    if (!apiKeyHolder) return null
    const { expiresAt, ...holder } = apiKeyHolder
    return { ...holder, endsAt: Date.parse(expiresAt) }
  }
}
