// npm test: all checks, then all tests on real servers of their own. npm test -- <part of a path> runs the matching tests alone.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { checks } from './checks.ts'
import { takeDown } from './down.ts'
import { interrupted, onStopRequest } from './interruption.ts'
import { freePort } from './native/ports.ts'
import { runningProcess } from './native/process.ts'
import { checkout, homeFolder, removeState } from './native/state.ts'
import { explain, Problem } from './problem.ts'
import { Progress } from './progress.ts'
import { bringUpServers, type ServerUrls } from './servers.ts'
import { claimFolder } from './system.ts'

const TEST_FOLDERS = ['infra', 'packages', 'schema', 'subgraphs', 'router', 'clients', 'tests', 'bench']
const SKIPPED = new Set(['node_modules', 'generated'])
/** Files that run at once. More would fight for the cores and make waiting tests slow. */
const CONCURRENCY = 2
/** A test file that takes longer hangs: it fails, and the others go on. */
const TIMEOUT_MS = 600_000

async function main(wanted: readonly string[]): Promise<void> {
  const files = chosenFiles(wanted)
  const progress = new Progress()
  const folder = join(homeFolder(), `test-${process.pid}`)
  await removeLeftovers()
  const release = claimFolder(folder)
  const asked = onStopRequest()
  try {
    const servers = bringUpServers({ folder, throwaway: true, env: nativeOnly(process.env), portOf: freePort, step: progress.step })
    // Beside the checks, which need no server.
    const [started, checked] = await Promise.allSettled([servers, wanted.length === 0 ? runChecks(progress) : []])
    if (started.status === 'rejected') throw started.reason
    const failed = checked.status === 'fulfilled' ? checked.value : ['the checks']
    interrupted.throwIfAborted()
    const status = await runTests(started.value.urls, files, asked)
    await started.value.stop()
    if (failed.length > 0) console.error(`\nFailed before the tests: ${failed.join(', ')}; see above.`)
    process.exitCode = failed.length > 0 ? 1 : status
  } finally {
    await takeDownTestRun(folder, release)
  }
}

/** Runs the checks one after the other. Returns the titles of those that failed, having shown what they said. */
async function runChecks(progress: Progress): Promise<string[]> {
  const failed: string[] = []
  for (const { title, check } of checks) {
    await progress.step(title, check).catch((error: unknown) => {
      failed.push(title)
      progress.say(explain(error))
    })
  }
  return failed
}

/** @throws Problem when there is none: without a file the test runner would look for some itself */
function chosenFiles(wanted: readonly string[]): string[] {
  const all = TEST_FOLDERS.flatMap((folder) => testFiles(folder))
  const chosen = wanted.length === 0 ? all : all.filter((file) => wanted.some((part) => file.includes(part)))
  if (chosen.length > 0) return chosen
  throw new Problem(
    `No test file has ${wanted.join(' or ')} in its path.`,
    'Name a part of a path, as in npm test -- router/tests/live, or none for all.',
  )
}

/** The test runner writes to the terminal itself; its summary is the last thing to be read. */
function runTests(urls: ServerUrls, files: readonly string[], asked: Promise<unknown>): Promise<number> {
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${TIMEOUT_MS}`, ...files]
  const child = spawn(process.execPath, args, { cwd: checkout, stdio: 'inherit', detached: true, env: { ...process.env, ...urls } })
  void asked.then(() => child.kill('SIGTERM'))
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => {
      if (interrupted.aborted) endGroup(child.pid)
      resolve(code ?? 1)
    }),
  )
}

/** Tests that were interrupted have not ended what they had started: it is in the runner's process group, and some of it takes its time over a SIGTERM. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function testFiles(folder: string): string[] {
  if (!existsSync(join(checkout, folder))) return []
  return readdirSync(join(checkout, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(path)
    return entry.name.endsWith('.test.ts') ? [path] : []
  })
}

/** Compose has one set of servers, which holds the data of npm start: tests never use it. */
const nativeOnly = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ ...env, VIBELY_SERVERS: 'native' })

/** What earlier runs left behind that were killed before they could clean up. */
async function removeLeftovers(): Promise<void> {
  const home = homeFolder()
  const folders = existsSync(home) ? readdirSync(home).filter((name) => name.startsWith('test-')) : []
  for (const folder of folders.map((name) => join(home, name))) {
    if (!runningProcess(join(folder, 'run', 'starter.json'))) await takeDownTestRun(folder, () => undefined)
  }
}

async function takeDownTestRun(folder: string, release: () => void): Promise<void> {
  release()
  await takeDown(folder)
  removeState(folder)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
if (process.connected) process.disconnect()
