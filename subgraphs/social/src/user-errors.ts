import { userErrors } from '@vibely/kit/user-errors'
import type { UserErrorCode } from './generated/graphql.ts'

export const MESSAGES: Readonly<Record<UserErrorCode, string>> = {
  INVALID: 'This value is not possible.',
  TOO_LONG: 'This is too long.',
  NOT_FOUND: 'There is no such object.',
  STALE_VERSION: 'Someone else changed this meanwhile. Read it again.',
  SELF_ACTION: 'This cannot be done to oneself.',
}

export const { inputError, conflictError } = userErrors(MESSAGES)
