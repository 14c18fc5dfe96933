// Runs an entry file of the workspace on a machine that has only Node 20 and npm: installs the packages when they are missing or
// outdated, generates code when its inputs changed, then hands over to the workspace's own Node 24.
//   node infra/bootstrap.mjs <entry.ts> [arguments]
// Plain JavaScript without a dependency: it runs before anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const PNPM = 'pnpm@12.21.0'
const OLDEST_NODE = 20
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const SAME_KEYSTROKE_MS = 500
const npmIsParent = process.env.npm_lifecycle_event !== undefined

/** Nothing that we start calls home. */
const QUIET = {
  APOLLO_TELEMETRY_DISABLED: '1',
  CHECKPOINT_DISABLE: '1',
  DO_NOT_TRACK: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

/** What decides about the installed packages, and about the generated code. Folders are taken with all that is in them. */
const INSTALL_INPUTS = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']
const CODEGEN_INPUTS = ['pnpm-lock.yaml', 'codegen.ts', 'buf.yaml', 'buf.gen.yaml', 'schema', 'subgraphs/*/prisma/schema.prisma']
/** Made by the generation: no input, and their absence calls for a new run. */
const GENERATED = ['schema/generated', 'subgraphs/*/src/generated']

/** A digest of the files' names and contents. */
export function digest(root, patterns) {
  const hash = createHash('sha256')
  for (const file of patterns.flatMap((pattern) => expand(root, pattern)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/** Whether the work that left this stamp has to be done again. */
export function isStale(root, stamp, inputs) {
  const file = join(root, 'node_modules', stamp)
  return !existsSync(file) || readFileSync(file, 'utf8') !== digest(root, inputs)
}

/** Notes that the work is done for the inputs as they are now. */
export function writeStamp(root, stamp, inputs) {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, 'node_modules', stamp), digest(root, inputs))
}

export const needsInstall = (root) => isStale(root, '.vibely-installed', INSTALL_INPUTS) || !existsSync(nodeOf(root))

export const needsCodegen = (root) =>
  isStale(root, '.vibely-generated', CODEGEN_INPUTS) ||
  GENERATED.flatMap((folder) => places(root, folder)).some((folder) => !existsSync(join(root, folder)))

const nodeOf = (root) => join(root, 'node_modules', 'node', 'bin', 'node')

/** All files of a pattern: a file, or a folder with everything in it. */
function expand(root, pattern) {
  return places(root, pattern).flatMap((place) => {
    const status = statSync(join(root, place), { throwIfNoEntry: false })
    if (!status?.isDirectory()) return status ? [place] : []
    const names = readdirSync(join(root, place)).filter((name) => name !== 'node_modules' && name !== 'generated')
    return names.flatMap((name) => expand(root, join(place, name)))
  })
}

/** The paths that a pattern stands for: one `*` stands for each name in its folder. They need not exist. */
function places(root, pattern) {
  const [before, after] = pattern.split('/*/')
  if (after === undefined) return [pattern]
  const folder = join(root, before)
  return existsSync(folder) ? readdirSync(folder).map((name) => join(before, name, after)) : []
}

async function main([entry, ...args]) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  if (!entry) return fail('usage: node infra/bootstrap.mjs <entry.ts> [arguments]')
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    return fail(
      `Node ${process.versions.node} is too old: Vibely needs Node ${OLDEST_NODE} or newer to begin (it brings its own Node 24).`,
      'Install a newer one: https://nodejs.org',
    )
  }
  const env = { ...process.env, ...QUIET }
  if (needsInstall(root)) {
    await step('Installing packages', 'npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], { cwd: root, env })
    writeStamp(root, '.vibely-installed', INSTALL_INPUTS)
  }
  const bins = [join(root, 'node_modules', 'node', 'bin'), join(root, 'node_modules', '.bin')]
  env.PATH = [...bins, env.PATH].join(delimiter)
  if (needsCodegen(root)) {
    await step('Generating code from schema/', 'npx', ['--yes', PNPM, 'codegen'], { cwd: root, env })
    writeStamp(root, '.vibely-generated', CODEGEN_INPUTS)
  }
  const settings = entry.endsWith('/src/main.ts') ? applicationSettings(root) : { flags: [], env: {} }
  await handOver(nodeOf(root), [...settings.flags, join(root, entry), ...args], { ...settings.env, ...env })
}

/** A process of the application is traced, so that its errors name their trace, and keeps the code that it has compiled. */
function applicationSettings(root) {
  const { flags, env } = JSON.parse(readFileSync(join(root, 'infra/node-settings.json'), 'utf8'))
  const telemetry = pathToFileURL(join(root, 'packages/kit/src/telemetry-setup.ts')).href
  return { flags: [...flags, '--import', telemetry], env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'), ...env } }
}

/** Runs one preparing command with its output in view: the first run takes a minute, and silence looks like a hang. */
async function step(title, command, args, options) {
  const started = Date.now()
  console.log(`${title} (${command} ${args.join(' ')})`)
  const status = await run(command, args, { ...options, stdio: 'inherit' })
  if (status !== 0) {
    console.error(
      `${title} failed (status ${status}); what went wrong stands above.\n  -> Without a network nothing can be installed; with one, try again: what is complete is kept.`,
    )
    process.exit(status)
  }
  console.log(`${title}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

/**
 * The entry takes over the terminal's output, the signals and the exit code. It gets a session of its own: a Ctrl-C reaches npm, which
 * passes it on, and this process twice, and would look like the second one that forces the end. The channel tells it when we are killed.
 */
async function handOver(node, args, env) {
  process.exitCode = await run(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env, detached: true })
}

function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options)
    let last = 0
    const forward = (signal) => {
      if (Date.now() - last > SAME_KEYSTROKE_MS) child.kill(signal)
      last = Date.now()
    }
    for (const signal of SIGNALS) process.on(signal, forward)
    const parent = process.ppid
    // npm puts a shell between us, which dies of a signal without passing it on.
    const watch = setInterval(() => npmIsParent && last === 0 && process.ppid !== parent && forward('SIGTERM'), 500)
    const end = (status) => {
      clearInterval(watch)
      for (const signal of SIGNALS) process.off(signal, forward)
      resolve(status)
    }
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      end(127)
    })
    child.once('exit', (code, signal) => end(code ?? 128 + constants.signals[signal]))
  })
}

function fail(...lines) {
  console.error(lines.join('\n  -> '))
  process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2))
