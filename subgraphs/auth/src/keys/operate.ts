import { openDb } from '../db.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { type Rotation, rotateSigningKey } from './signing-keys.ts'

// The database, or the table: what was never migrated has no key either.
const NOT_THERE = new Set(['P1003', 'P2021'])

/** `rotateSigningKey` from outside of an installation's processes, which read the keys anew every minute. @throws WrongSecretError as it does */
export async function rotateKeysOf(options: {
  readonly postgresUrl: string
  readonly namespace: string
  readonly secret: string
}): Promise<Rotation | null> {
  const db = openDb(options)
  try {
    return await rotateSigningKey({ db, secret: options.secret })
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && NOT_THERE.has(error.code)) return null
    throw error
  } finally {
    await db.$disconnect()
  }
}
