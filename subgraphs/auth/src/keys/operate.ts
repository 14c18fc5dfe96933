import { openDb } from '../db.ts'
import { type Rotation, rotateSigningKey } from './signing-keys.ts'

/** Rotates the signing keys of an installation from outside of its processes, which read them anew every minute. @throws Error as `rotateSigningKey` */
export async function rotateKeysOf(options: {
  readonly postgresUrl: string
  readonly namespace: string
  readonly secret: string
}): Promise<Rotation> {
  const db = openDb(options)
  try {
    return await rotateSigningKey({ db, secret: options.secret })
  } finally {
    await db.$disconnect()
  }
}
