import { openDb } from '../db.ts'
import { type Rotation, rotateSigningKey } from './signing-keys.ts'

/** `rotateSigningKey` from outside of an installation's processes, which read the keys anew every minute. @throws Error as it does */
export async function rotateKeysOf(options: {
  readonly postgresUrl: string
  readonly namespace: string
  readonly secret: string
}): Promise<Rotation | null> {
  const db = openDb(options)
  try {
    return await rotateSigningKey({ db, secret: options.secret })
  } finally {
    await db.$disconnect()
  }
}
