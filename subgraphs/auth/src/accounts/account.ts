import type { AccountStatus, Role } from '../generated/graphql.ts'

/** A member as auth knows it; holds every field of the SDL's `User`. */
export interface Account {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly avatarUrl: string | null
  readonly status: AccountStatus
  readonly role: Role
  readonly createdAt: Date
  /** Names of the last 30 days that still lead here. */
  readonly previousUsernames: readonly string[]
  readonly email: string
  readonly emailVerified: boolean
}
