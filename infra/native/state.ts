import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../problem.ts'

/** The checkout that this file belongs to. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Where the local state of this checkout lives: VIBELY_HOME, or `.vibely` in the checkout. */
export const homeFolder = (): string => resolve(process.env.VIBELY_HOME ?? join(checkout, '.vibely'))

/** Downloads, shared by every run that uses the same home. */
export const cacheFolder = (): string => join(homeFolder(), 'cache')

/** Where the data of a server lies that cannot reach its state folder: PostgreSQL's own user may not enter a checkout under /root. */
export const outsideFolder = (stateFolder: string): string =>
  join('/var/lib/vibely', createHash('sha256').update(stateFolder).digest('hex').slice(0, 12))

/** Deletes a state folder, and what of it lies outside. */
export function removeState(stateFolder: string): void {
  for (const folder of [stateFolder, outsideFolder(stateFolder)]) rmSync(folder, { recursive: true, force: true })
}

const NEEDED_BYTES = 2 * 1024 ** 3

/** Fails before anything is written when the disk is nearly full: a server that meets a full disk half-way is harder to understand. */
export function requireDiskSpace(folder: string, neededBytes = NEEDED_BYTES): void {
  mkdirSync(folder, { recursive: true })
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free >= neededBytes) return
  throw new Problem(
    `The disk of ${folder} is full: ${gigabytes(free)} free, ${gigabytes(neededBytes)} needed.`,
    'Free some space (npm run reset removes the local state of this checkout), or set VIBELY_HOME to a folder on another disk.',
  )
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`
