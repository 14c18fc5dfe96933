import { dictionary } from '@zxcvbn-ts/language-common'

export const MIN_LENGTH = 8
export const MAX_LENGTH = 128

// About 18,000 of the list's 49,000 are long enough to be asked for.
const common = new Set(dictionary['passwords-common'].filter((word) => word.length >= MIN_LENGTH))
const MIN_OWN_CHARACTERS = 4
const MIN_DISTINCT_CHARACTERS = 4
const MIN_WORD = 3

/**
 * True for a password that is guessed first: a common one, few different characters, or little beside words that an attacker knows.
 * @param context names and address of the account
 */
export function isWeak(password: string, context: readonly string[]): boolean {
  const lower = password.toLowerCase()
  if (common.has(lower) || new Set(lower).size < MIN_DISTINCT_CHARACTERS) return true
  const words = ['vibely', ...context.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))].filter(
    (word) => word.length >= MIN_WORD,
  )
  const own = words.sort((a, b) => b.length - a.length).reduce((rest, word) => rest.replaceAll(word, ''), lower)
  return own !== lower && own.length < MIN_OWN_CHARACTERS
}

/** What is wrong with the length of a password; null when nothing is. */
export function lengthProblem(password: string): 'TOO_SHORT' | 'TOO_LONG' | null {
  const length = [...password].length
  if (length < MIN_LENGTH) return 'TOO_SHORT'
  return length > MAX_LENGTH ? 'TOO_LONG' : null
}
