import type { ConflictError, InputError, UserErrorCode } from './generated/graphql.ts'

const MESSAGES: Record<UserErrorCode, string> = {
  INVALID: 'This value is not possible.',
  REQUIRED: 'This is needed.',
  TOO_SHORT: 'This is too short.',
  TOO_LONG: 'This is too long.',
  NOT_FOUND: 'There is no such object.',
  STALE_VERSION: 'Someone else changed this meanwhile. Read it again.',
  IDEMPOTENCY_MISMATCH: 'This key was used with another input.',
  ALREADY_REVIEWED: 'You have reviewed this work. Edit that review.',
}

/** A value of the input is refused. */
export const inputError = (code: UserErrorCode, ...path: string[]): InputError => ({
  __typename: 'InputError',
  code,
  message: MESSAGES[code],
  path,
})

/** The object exists already, or its state is not what the caller thinks it is. */
export const conflictError = (code: UserErrorCode, currentVersion: number | null, ...path: string[]): ConflictError => ({
  __typename: 'ConflictError',
  code,
  message: MESSAGES[code],
  path,
  currentVersion,
})
