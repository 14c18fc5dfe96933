import type { UserErrorCode } from '../generated/graphql.ts'
import { cleanText, lengthOf } from './text.ts'

export interface ReviewTexts {
  readonly title: string | null
  readonly body: string
}

/** A field of the input that is refused, and why. */
export interface Refusal<Code extends UserErrorCode = UserErrorCode> {
  readonly ok: false
  readonly code: Code
  readonly field: string
}

const TITLE_LENGTH = 120
const BODY_LENGTH = { min: 20, max: 20_000 }

/** The texts as they are kept; an empty title is none. */
export const cleanTexts = ({ title, body }: ReviewTexts): ReviewTexts => ({
  title: title === null ? null : cleanText(title).replace(/\s+/g, ' ') || null,
  body: cleanText(body),
})

/** What is wrong with texts that were cleaned; null when nothing is. */
export function refuseTexts({ title, body }: ReviewTexts): Refusal<'TOO_SHORT' | 'TOO_LONG'> | null {
  if (title !== null && lengthOf(title) > TITLE_LENGTH) return { ok: false, code: 'TOO_LONG', field: 'title' }
  const length = lengthOf(body)
  if (length < BODY_LENGTH.min) return { ok: false, code: 'TOO_SHORT', field: 'body' }
  if (length > BODY_LENGTH.max) return { ok: false, code: 'TOO_LONG', field: 'body' }
  return null
}
