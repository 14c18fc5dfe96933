import { createHash, randomBytes } from 'node:crypto'

/** The router tells API keys from access tokens by it, and so do people and tools that look for leaked secrets. */
const START = 'vbk_'
const BYTES = 32
const SHOWN = START.length + 8

/** The secret of a new key: 256 random bits behind a start that tells what it is. */
export const newSecret = (): string => `${START}${randomBytes(BYTES).toString('base64url')}`

/** What is shown of a secret, to tell keys apart. */
export const prefixOf = (secret: string): string => secret.slice(0, SHOWN)

/**
 * What the store keeps of a secret. A fast hash is right: nobody can try 256 random bits, so there is nothing to slow down, and each
 * use of a key has to be looked up by it.
 */
export const secretHash = (secret: string): Uint8Array<ArrayBuffer> => new Uint8Array(createHash('sha256').update(secret).digest())
