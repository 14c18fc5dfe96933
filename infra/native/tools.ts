import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { interrupted } from '../interruption.ts'
import { Problem } from '../problem.ts'
import { requireDiskSpace } from './state.ts'

const execute = promisify(execFile)

export const isRoot = (): boolean => process.getuid?.() === 0

type RunOptions = {
  cwd?: string
  env?: NodeJS.ProcessEnv
  uid?: number
  gid?: number
  timeout?: number
  signal?: AbortSignal | undefined
  saidLines?: number
}

/** Runs a tool to its end and returns what it printed. A failure carries the last lines the tool wrote, 8 unless told otherwise. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { maxBuffer: 64 * 1024 ** 2, signal: interrupted, ...options })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
    const said =
      `${stdout}\n${stderr}`
        .trim()
        .split('\n')
        .slice(-(options.saidLines ?? 8))
        .join('\n    ') || message
    throw new Problem(`${command} ${args.slice(0, 3).join(' ')} failed:\n    ${said}`, wayOutOf(said))
  }
}

/** The full path of a program on PATH. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/** The program's path. A missing one is installed when that is possible (Debian or Ubuntu, as root); otherwise the message says what to install. */
export async function requireProgram(name: string, packages: readonly string[], report: (text: string) => void): Promise<string> {
  const present = findProgram(name)
  if (present) return present
  if (!canInstall()) throw new Problem(`${name} is not installed.`, installHint(packages))
  await installPackages(packages, report)
  const installed = findProgram(name)
  if (!installed) throw new Problem(`${name} is still missing after installing ${packages.join(' ')}.`, installHint(packages))
  return installed
}

export const canInstall = (): boolean => isRoot() && findProgram('apt-get') !== undefined

let installing: Promise<unknown> = Promise.resolve()

/** Installs Debian packages, one call after the other: apt holds one lock for the machine. */
export function installPackages(packages: readonly string[], report: (text: string) => void): Promise<void> {
  const mine = installing.then(() => aptInstall(packages, report))
  installing = mine.catch(() => undefined)
  return mine
}

async function aptInstall(packages: readonly string[], report: (text: string) => void): Promise<void> {
  report(`installing ${packages.join(' ')} (apt-get)`)
  // RUNLEVEL=1 keeps the package's own service from being started: we run the server ourselves.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const whole = { env, signal: undefined } // an installation cut in the middle leaves the machine's packages broken
  const install = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300', '--no-install-recommends', 'install', ...packages]
  await run('apt-get', install, whole).catch(async () => {
    report('refreshing the package lists (apt-get update)')
    await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', 'update'], whole)
    await run('apt-get', install, whole)
  })
}

/**
 * A folder of the cache, filled once. The work is done in a folder beside it and renamed when complete:
 * an interrupted download leaves nothing half-made, and of two runs at once the later one finds the folder there.
 */
export async function cached(folder: string, fill: (empty: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  requireDiskSpace(dirname(folder))
  const draft = await mkdtemp(`${folder}.part-`)
  try {
    await fill(draft)
    await chmod(draft, 0o755) // PostgreSQL reads it as another user
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

function installHint(packages: readonly string[]): string {
  return `Install it (Debian, Ubuntu: sudo apt-get install ${packages.join(' ')}), or give a running server by its URL in the environment.`
}

function wayOutOf(said: string): string {
  if (/no space left|ENOSPC/i.test(said)) return 'The disk is full. Free some space, or set VIBELY_HOME to a folder on another disk.'
  if (/resolve|network|timed? ?out|connection/i.test(said))
    return 'The download failed. Check the network or the proxy settings, then start again: what is complete is kept.'
  return 'Mend what it names and start again, or give a running server by its URL in the environment.'
}
