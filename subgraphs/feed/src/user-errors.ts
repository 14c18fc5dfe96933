import { userErrors } from '@vibely/kit/user-errors'
import type { UserErrorCode } from './generated/graphql.ts'

export const MESSAGES: Readonly<Record<UserErrorCode, string>> = {
  INVALID: 'This value is not possible.',
  REQUIRED: 'This is needed.',
  TOO_LONG: 'This is too long.',
}

export const { inputError } = userErrors(MESSAGES)
