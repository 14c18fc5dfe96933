import { z } from 'zod'
import { isWeak, lengthProblem } from '../passwords/strength.ts'
import { displayNameProblem, emailKey, isReserved, isUnprintable, type TextProblem, usernameProblem } from './names.ts'

const EMAIL_MAX = 254
const IDEMPOTENCY_KEY = { min: 8, max: 64 }

/** The texts of a registration as they were typed, but for blanks around them. */
export interface MemberTexts {
  readonly email: string
  readonly username: string
  /** Null for none, which means the username. */
  readonly displayName: string | null
  readonly password: string
  readonly idempotencyKey: string | null
}

export interface MemberProblem {
  readonly field: keyof MemberTexts
  readonly code: TextProblem | 'USERNAME_RESERVED' | 'WEAK_PASSWORD'
}

/** Everything that is wrong with the texts, at most one problem a field. */
export function memberProblems(texts: MemberTexts): MemberProblem[] {
  const codes = {
    email: emailProblem(texts.email),
    username: usernameProblem(texts.username) ?? (isReserved(texts.username) ? 'USERNAME_RESERVED' : null),
    displayName: texts.displayName === null ? null : displayNameProblem(texts.displayName),
    password: passwordProblem(texts),
    idempotencyKey: texts.idempotencyKey === null ? null : idempotencyKeyProblem(texts.idempotencyKey),
  } satisfies Record<keyof MemberTexts, MemberProblem['code'] | null>
  return Object.entries(codes).flatMap(([field, code]) => (code ? [{ field: field as keyof MemberTexts, code }] : []))
}

/** What is wrong with the form of an address; null when nothing is. */
export function emailProblem(email: string): TextProblem | null {
  if (email === '') return 'REQUIRED'
  if (email.length > EMAIL_MAX) return 'TOO_LONG'
  return z.email().safeParse(email).success ? null : 'INVALID'
}

function passwordProblem({ password, username, displayName, email }: MemberTexts): MemberProblem['code'] | null {
  if (password === '') return 'REQUIRED'
  const local = emailKey(email).split('@')[0] ?? ''
  return lengthProblem(password) ?? (isWeak(password, [username, displayName ?? '', local]) ? 'WEAK_PASSWORD' : null)
}

/** What is wrong with the form of an idempotency key; null when nothing is. */
export function idempotencyKeyProblem(key: string): TextProblem | null {
  if (key.length < IDEMPOTENCY_KEY.min) return 'TOO_SHORT'
  if (key.length > IDEMPOTENCY_KEY.max) return 'TOO_LONG'
  return isUnprintable(key) ? 'INVALID' : null
}
