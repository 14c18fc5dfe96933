import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { databaseUrl } from '@vibely/kit/namespace'
import pg from 'pg'
import { run } from '../native/tools.ts'
import { Problem } from '../problem.ts'

const DUPLICATE_DATABASE = '42P04'
const UNIQUE_VIOLATION = '23505'
const prismaCli = join(fileURLToPath(new URL('.', import.meta.resolve('prisma/package.json'))), 'build/index.js')

/** Creates the database unless it exists. Two at once: one creates it, the other finds it. */
export async function createDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new pg.Client(databaseUrl(serverUrl, 'postgres'))
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error
  } finally {
    await client.end()
  }
}

/**
 * Applies the pending Prisma migrations of the package in this folder. Idempotent, also when two run at once.
 * An engine that dies without an answer makes the CLI end with status 0 and no word, so only the printed result counts.
 * @returns how many migrations were applied
 */
export async function deployMigrations(folder: string, url: string): Promise<number> {
  const printed = await run(process.execPath, [prismaCli, 'migrate', 'deploy'], { cwd: folder, env: { ...process.env, DATABASE_URL: url } })
  if (printed.includes('No pending migrations')) return 0
  if (printed.includes('successfully applied')) return printed.match(/^\s+└─ (?!migration\.sql)/gm)?.length ?? 1
  throw new Problem(
    `prisma migrate deploy said nothing about the migrations of ${folder}:\n${printed}`,
    'Its schema engine ended without an answer: install the packages afresh (rm -rf node_modules; npm start).',
  )
}
