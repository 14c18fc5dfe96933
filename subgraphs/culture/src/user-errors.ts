import { userErrors } from '@vibely/kit/user-errors'
import type { UserErrorCode } from './generated/graphql.ts'

export const MESSAGES: Readonly<Record<UserErrorCode, string>> = {
  INVALID: 'This value is not possible.',
  REQUIRED: 'This is needed.',
  TOO_SHORT: 'This is too short.',
  TOO_LONG: 'This is too long.',
  NOT_FOUND: 'There is no such object.',
  STALE_VERSION: 'Someone else changed this meanwhile. Read it again.',
  IDEMPOTENCY_MISMATCH: 'This key was used with another input.',
  ALREADY_REVIEWED: 'You have reviewed this work. Edit that review.',
}

export const { inputError, conflictError } = userErrors(MESSAGES)
