import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

// The secrets are random already; HKDF only gives each use of them a key of its own.
const keyOf = (secret: string, purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))

/** Encrypts with AES-256-GCM under a key made from the secret for this purpose: nonce, ciphertext, tag. */
export function lock(secret: string, purpose: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, purpose), nonce)
  return new Uint8Array(Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]))
}

/** @throws when secret or purpose is another one, or a byte has changed */
export function unlock(secret: string, purpose: string, locked: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, purpose), locked.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(locked.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(locked.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}
