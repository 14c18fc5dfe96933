import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from './native/server.ts'
import { checkout } from './native/state.ts'
import { run } from './native/tools.ts'
import { Problem } from './problem.ts'

interface Check {
  readonly title: string
  check(report: Report): Promise<void>
}

/** Files that are generated and committed, because readers and clients take them from the repository. */
const COMMITTED = ['schema/supergraph.graphql', 'schema/persisted-documents.json', 'docs/ERRORS.md']

/** What must hold before a test is worth running. The generation comes first: the types of the others depend on it. */
export const checks: readonly Check[] = [
  { title: 'Generated files are up to date', check: generatedIsFresh },
  { title: 'Types', check: () => tool('tsc', '--noEmit') },
  { title: 'Lint and format', check: () => tool('biome', 'check') },
  { title: 'Dead code', check: () => tool('knip', '--no-gitignore') },
  { title: 'Event contracts are well-formed', check: () => tool('buf', 'lint') },
  { title: 'Event contracts stay compatible', check: contractsAreCompatible },
]

const tool = async (name: string, ...args: string[]): Promise<void> => {
  await run(join(checkout, 'node_modules/.bin', name), args, { cwd: checkout, saidLines: 200 }).catch((error: unknown) => {
    throw error instanceof Problem
      ? new Problem(error.message, `npx pnpm@12.21.0 exec ${name} ${args.join(' ')} repeats this check alone.`)
      : error
  })
}

/** Composes too: the supergraph is one of the generated files. */
async function generatedIsFresh(): Promise<void> {
  const contents = () => COMMITTED.map((file) => (existsSync(join(checkout, file)) ? readFileSync(join(checkout, file), 'utf8') : ''))
  const before = contents()
  await run('npx', ['--yes', 'pnpm@12.21.0', 'codegen'], { cwd: checkout })
  const stale = COMMITTED.filter((_, index) => contents()[index] !== before[index])
  if (stale.length > 0) throw new Problem(`Stale: ${stale.join(', ')}.`, 'They have been generated again just now: commit them.')
}

/** Against the last release; without one, against the last commit. */
async function contractsAreCompatible(report: Report): Promise<void> {
  const git = (...args: string[]) =>
    run('git', args, { cwd: checkout }).then(
      (output) => output.trim(),
      () => '',
    )
  const base = (await git('describe', '--tags', '--abbrev=0', '--match', 'v*')) || (await git('rev-parse', 'HEAD'))
  if (!base) return report('skipped: this is not a Git checkout')
  await tool('buf', 'breaking', '--against', `.git#ref=${base}`)
}
