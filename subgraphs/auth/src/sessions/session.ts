/** One signed-in device: a family of refresh tokens. */
export interface Session {
  readonly id: string
  readonly accountId: string
  readonly deviceName: string
  readonly createdAt: Date
  /** When it last proved the password. */
  readonly authenticatedAt: Date
  readonly lastSeenAt: Date
  /** When it ends if idle from now on. */
  readonly expiresAt: Date
}

/** A refresh token as it is handed out once, with the session it belongs to. */
export interface Grant {
  readonly session: Session
  readonly tokenId: string
  readonly refreshToken: string
  readonly issuedAt: Date
}

export const MAX_SESSIONS = 20
export const GRACE_SECONDS = 10

const DAY_MS = 86_400_000
const IDLE_MS = 14 * DAY_MS
const ABSOLUTE_MS = 90 * DAY_MS

/** When a session that is used now ends: idle for 14 days, and after 90 in any case. */
export const sessionEnd = (createdAt: Date, usedAt: Date): Date =>
  new Date(Math.min(usedAt.getTime() + IDLE_MS, createdAt.getTime() + ABSOLUTE_MS))
