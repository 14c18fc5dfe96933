import type { ConflictError, InputError, LimitError, UserErrorCode } from './generated/graphql.ts'

const MESSAGES: Record<UserErrorCode, string> = {
  INVALID: 'This value is not possible.',
  REQUIRED: 'This is needed.',
  TOO_SHORT: 'This is too short.',
  TOO_LONG: 'This is too long.',
  LIMIT_REACHED: 'This was done too often. Try again later.',
  IDEMPOTENCY_MISMATCH: 'This key was used for something else.',
  USERNAME_TAKEN: 'This username is taken.',
  USERNAME_RESERVED: 'This username is kept for the platform.',
  EMAIL_TAKEN: 'Another account has confirmed this address meanwhile.',
  WEAK_PASSWORD: 'This password is too easy to guess.',
  INVALID_CREDENTIALS: 'Login or password is wrong.',
  TOKEN_INVALID: 'This token is unknown or was used.',
  TOKEN_EXPIRED: 'This token is too old.',
  TOKEN_REUSED: 'This token was used before, so its session has been ended.',
}

/** A value of the input is refused. */
export const inputError = (code: UserErrorCode, ...path: string[]): InputError => ({
  __typename: 'InputError',
  code,
  message: MESSAGES[code],
  path: path.length > 0 ? path : null,
})

/** Somebody or something has it already. */
export const conflictError = (code: UserErrorCode, ...path: string[]): ConflictError => ({
  __typename: 'ConflictError',
  code,
  message: MESSAGES[code],
  path,
  currentVersion: null,
})

/** Too soon after the last time. */
export const limitError = (retryAt: Date, ...path: string[]): LimitError => ({
  __typename: 'LimitError',
  code: 'LIMIT_REACHED',
  message: MESSAGES.LIMIT_REACHED,
  path,
  retryAt,
})
