export const USERNAME = { min: 3, max: 30 }
export const DISPLAY_NAME_MAX = 50

/** How long a name given up still leads to its owner, and how long its owner keeps the next one. */
export const NAME_HOLD_DAYS = 30

const DAY_MS = 86_400_000

/** Before this instant a given-up name has been free again. */
export const holdStart = (now: Date): Date => new Date(now.getTime() - NAME_HOLD_DAYS * DAY_MS)

/** When a hold that began then ends. */
export const holdEnd = (since: Date): Date => new Date(since.getTime() + NAME_HOLD_DAYS * DAY_MS)

/** Usernames are equal without regard to case. */
export const usernameKey = (username: string): string => username.toLowerCase()

/** Addresses are equal without regard to case. */
export const emailKey = (email: string): string => email.trim().toLowerCase()

// Names that could pass for the platform or its staff, or that are paths of its pages.
const RESERVED = new Set(
  `about abuse account accounts admin administrator anonymous api app auth billing blog bot contact culture deleted deleted_user dev dmca
   everyone explore feed genre genres graphql guest help here home info instance legal list lists livez login logout mail me member members
   mod moderator moderators news nobody noreply no_reply notifications null oauth official operator owner password postmaster press privacy
   readyz register root router sandbox search security service settings signin signup social staff status support system team terms
   undefined unknown user users verify verify_email vibely webmaster work works www you`.split(/\s+/),
)

/** True for a name that the platform keeps. */
export const isReserved = (username: string): boolean => RESERVED.has(usernameKey(username)) || usernameKey(username).startsWith('vibely')

export type TextProblem = 'REQUIRED' | 'TOO_SHORT' | 'TOO_LONG' | 'INVALID'

/** What is wrong with the form of a username; null when nothing is. */
export function usernameProblem(username: string): TextProblem | null {
  if (username === '') return 'REQUIRED'
  if (username.length < USERNAME.min) return 'TOO_SHORT'
  if (username.length > USERNAME.max) return 'TOO_LONG'
  return /^[a-z0-9_]+$/i.test(username) ? null : 'INVALID'
}

// Control characters, and those that turn the direction of the text around a name.
const UNPRINTABLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u

/** True for a text that has no place in a name or label. */
export const isUnprintable = (text: string): boolean => UNPRINTABLE.test(text)

/** What is wrong with the form of a display name; null when nothing is. */
export function displayNameProblem(displayName: string): TextProblem | null {
  if (displayName === '') return 'TOO_SHORT'
  if ([...displayName].length > DISPLAY_NAME_MAX) return 'TOO_LONG'
  return isUnprintable(displayName) ? 'INVALID' : null
}
