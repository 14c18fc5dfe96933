import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JSONWebKeySet, type JWK } from 'jose'
import type { Db } from '../db.ts'
import { lock, unlock } from './box.ts'
import { ensureSigningKey, findSigningKeys, replaceSigningKey, type StoredSigningKey } from './signing-key-store.ts'
import { WrongSecretError } from './wrong-secret.ts'

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** The keys of access tokens. Several may be published while one is replaced. */
export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<SigningKey>
  /** Public keys of every token that can still be valid, or soon will be. */
  jwks(): Promise<JSONWebKeySet>
}

const PURPOSE = 'signing key'
const REREAD_MS = 60_000
// Verifiers keep the key set for minutes: a new key waits until all of them have it, an old one stays while a token of it lives.
const PUBLISHED_BEFORE_MS = 10 * 60_000
const PUBLISHED_AFTER_MS = 15 * 60_000
// Every process has read the keys anew by then, and signs with the new one.
const RETIRED_AFTER_MS = PUBLISHED_BEFORE_MS + 2 * REREAD_MS

/** The newest key that verifiers surely know; the oldest while none is known for long enough. */
export function choose<Key extends Pick<StoredSigningKey, 'createdAt' | 'retiredAt'>>(keys: readonly Key[], now: number): Key | undefined {
  const live = keys
    .filter(({ retiredAt }) => retiredAt === null || retiredAt.getTime() > now)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  return live.find((key) => key.createdAt.getTime() <= now - PUBLISHED_BEFORE_MS) ?? live.at(-1)
}

/** Makes the first key on the first start: any number of processes may start at once, they end up with the same one. */
export async function openSigningKeys({ db, secret }: { readonly db: Db; readonly secret: string }): Promise<SigningKeys> {
  await ensureSigningKey(db, () => newSigningKey(secret))
  let keys = await findSigningKeys(db)
  let readAt = Date.now()
  const opened = new Map<string, KeyObject>()

  const open = (key: StoredSigningKey): KeyObject => {
    const known = opened.get(key.kid)
    if (known) return known
    const privateKey = createPrivateKey({ key: openPrivateKey(secret, key), format: 'der', type: 'pkcs8' })
    opened.set(key.kid, privateKey)
    return privateKey
  }
  const fresh = async () => {
    if (Date.now() - readAt > REREAD_MS) {
      keys = await findSigningKeys(db)
      readAt = Date.now()
    }
    return keys
  }
  const current = async () => {
    const key = choose(await fresh(), Date.now())
    if (!key) throw new Error('every signing key is retired')
    return { kid: key.kid, privateKey: open(key) }
  }

  // A wrong secret must stop the start, not the first sign-in.
  await current()
  return {
    current,
    async jwks() {
      const published = (await fresh()).filter((key) => key.retiredAt === null || key.retiredAt.getTime() > Date.now() - PUBLISHED_AFTER_MS)
      return { keys: published.map((key) => key.publicJwk) }
    },
  }
}

/** The newest key after a rotation. */
export interface Rotation {
  readonly kid: string
  /** False when there was one that is new itself. */
  readonly made: boolean
  /** When all verifiers know it: from then on it signs, and can be replaced in turn. */
  readonly knownFrom: Date
}

/**
 * Makes a new key that signs as soon as all verifiers know it; the present one rests a little later, and stays published
 * while a token of it can live: nobody is signed out. While the newest is new itself it changes nothing.
 * @returns null when there is none to replace: the first is auth's to make, with its own secret
 * @throws WrongSecretError when the secret is not that of the keys
 */
export async function rotateSigningKey({ db, secret }: { readonly db: Db; readonly secret: string }): Promise<Rotation | null> {
  const present = choose(await findSigningKeys(db), Date.now())
  if (!present) return null
  openPrivateKey(secret, present)
  const made = await newSigningKey(secret)
  const now = Date.now()
  const next = await replaceSigningKey(db, made, { youngestMs: PUBLISHED_BEFORE_MS, retiredAt: new Date(now + RETIRED_AFTER_MS) })
  return { kid: next.kid, made: next.stored, knownFrom: new Date(next.createdAt.getTime() + PUBLISHED_BEFORE_MS) }
}

async function newSigningKey(secret: string): Promise<Omit<StoredSigningKey, 'createdAt' | 'retiredAt'>> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const jwk: JWK = publicKey.export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    publicJwk: { ...jwk, kid, use: 'sig', alg: 'EdDSA' },
    privateKey: lock(secret, PURPOSE, privateKey.export({ format: 'der', type: 'pkcs8' })),
  }
}

function openPrivateKey(secret: string, { kid, privateKey }: StoredSigningKey): Buffer {
  try {
    return unlock(secret, PURPOSE, privateKey)
  } catch (error) {
    throw new WrongSecretError(`TOKEN_KEY_SECRET does not open the signing key ${kid}: it was made with another secret`, { cause: error })
  }
}
