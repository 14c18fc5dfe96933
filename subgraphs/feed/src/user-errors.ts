import type { InputError, UserErrorCode } from './generated/graphql.ts'

const MESSAGES: Record<UserErrorCode, string> = {
  INVALID: 'This value is not possible.',
  REQUIRED: 'This is needed.',
  TOO_LONG: 'This is too long.',
}

/** A value of the input is refused. */
export const inputError = (code: UserErrorCode, ...path: string[]): InputError => ({
  __typename: 'InputError',
  code,
  message: MESSAGES[code],
  path,
})
