import { createHash, randomBytes } from 'node:crypto'
import { lock, unlock } from '../keys/box.ts'

const BYTES = 32
const PURPOSE = 'successor of a refresh token'

/** A new refresh token: 256 random bits. */
export const newRefreshToken = (): string => randomBytes(BYTES).toString('base64url')

/** What the store keeps of a token. */
export const refreshTokenHash = (token: string): Uint8Array<ArrayBuffer> => new Uint8Array(createHash('sha256').update(token).digest())

/** Encrypts the successor of a token so that only who has the token can read it again. */
export const lockSuccessor = (token: string, successor: string) => lock(token, PURPOSE, Buffer.from(successor))

export const unlockSuccessor = (token: string, locked: Uint8Array): string => unlock(token, PURPOSE, locked).toString()
