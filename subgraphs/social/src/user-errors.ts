import type { ConflictError, InputError, UserErrorCode } from './generated/graphql.ts'

const MESSAGES: Record<UserErrorCode, string> = {
  INVALID: 'This value is not possible.',
  TOO_LONG: 'This is too long.',
  NOT_FOUND: 'There is no such object.',
  STALE_VERSION: 'Someone else changed this meanwhile. Read it again.',
  SELF_ACTION: 'This cannot be done to oneself.',
}

/** A value of the input is refused. */
export const inputError = (code: UserErrorCode, ...path: string[]): InputError => ({
  __typename: 'InputError',
  code,
  message: MESSAGES[code],
  path,
})

/** The object is not what the caller thinks it is. */
export const staleVersion = (currentVersion: number, ...path: string[]): ConflictError => ({
  __typename: 'ConflictError',
  code: 'STALE_VERSION',
  message: MESSAGES.STALE_VERSION,
  path,
  currentVersion,
})
