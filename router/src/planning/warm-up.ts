import type { Operations, UsedOperation, WarmOperation } from '../operations/prepare.ts'
import { unmet } from '../operations/requirement.ts'

/** Which part of the used operations is planned ahead of a new schema. */
const HOT_SHARE = 0.3
/** Of few operations all are hot. */
const HOT_LEAST = 100
const HOT_MOST = 1_000
/** A new schema does not wait longer for its plans. */
const WARM_UP_MS = 30_000

/** The most used operations. What they were used for counts half as much as what follows. */
export function hottest(used: readonly UsedOperation[]): readonly WarmOperation[] {
  const count = Math.min(HOT_MOST, Math.max(HOT_LEAST, Math.ceil(used.length * HOT_SHARE)))
  return used.slice(0, count).map((one) => ({ ...one, uses: Math.floor(one.uses / 2) }))
}

/** Documents as anonymous callers run them, and as those do who may do everything. */
export const forEveryone = (texts: readonly string[]): readonly WarmOperation[] =>
  texts.flatMap((text) => [
    { text, refuses: () => false },
    { text, refuses: (requirement) => unmet(requirement, null) !== null },
  ])

/** Prepares operations ahead of their callers, one after the other. What the schema does not take is left out: its callers will be told. */
export async function warmUp(operations: Operations, wanted: readonly WarmOperation[]): Promise<void> {
  const started = Date.now()
  for (const one of wanted) {
    if (Date.now() - started > WARM_UP_MS) return
    await Promise.resolve()
      .then(() => operations.warm(one))
      .catch(() => undefined)
  }
}
