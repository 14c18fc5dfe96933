import { userErrors } from '@vibely/kit/user-errors'
import type { UserErrorCode } from './generated/graphql.ts'

export const MESSAGES: Readonly<Record<UserErrorCode, string>> = {
  INVALID: 'This value is not possible.',
  REQUIRED: 'This is needed.',
  TOO_SHORT: 'This is too short.',
  TOO_LONG: 'This is too long.',
  LIMIT_REACHED: 'This was done too often. Try again later.',
  IDEMPOTENCY_MISMATCH: 'This key was used with another input.',
  USERNAME_TAKEN: 'This username is taken.',
  USERNAME_RESERVED: 'This username is kept for the platform.',
  EMAIL_TAKEN: 'Another account has confirmed this address meanwhile.',
  WEAK_PASSWORD: 'This password is too easy to guess.',
  INVALID_CREDENTIALS: 'Login or password is wrong.',
  ACCOUNT_LOCKED: 'Too many sign-ins failed. Try again later.',
  TOKEN_INVALID: 'This token is unknown or was used.',
  TOKEN_EXPIRED: 'This token is too old.',
  TOKEN_REUSED: 'This token was used before, so its session has been ended.',
  NOT_FOUND: 'There is no such object.',
  SCOPE_NOT_HELD: 'Your role does not hold this scope.',
  API_KEY_LIMIT: 'This account has as many keys as it may have. Revoke one first.',
}

export const { inputError, conflictError, limitError } = userErrors(MESSAGES)
