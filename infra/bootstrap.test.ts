import assert from 'node:assert/strict'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { nodeSettings } from './node-settings.ts'

// Plain JavaScript for Node 20, outside the type check: only what the test needs is declared.
const { needsCodegen, isStale, writeStamp } = (await import(new URL('bootstrap.mjs', import.meta.url).href)) as {
  needsCodegen(root: string): boolean
  isStale(root: string, stamp: string, inputs: readonly string[]): boolean
  writeStamp(root: string, stamp: string, inputs: readonly string[]): void
}

const bootstrap = new URL('bootstrap.mjs', import.meta.url).pathname
const roots: string[] = []
after(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))))

async function checkoutWith(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'vibely-bootstrap-'))
  roots.push(root)
  for (const [name, text] of Object.entries(files)) await put(root, name, text)
  return root
}

async function put(root: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, name)), { recursive: true })
  await writeFile(join(root, name), text)
}

describe('the stamp', () => {
  const inputs = ['lock.yaml', 'schema', 'subgraphs/*/schema.prisma']
  const files = { 'lock.yaml': '1', 'schema/deep/a.graphql': 'type A', 'subgraphs/auth/schema.prisma': 'model A' }

  it('is stale until it is written, then fresh', async () => {
    const root = await checkoutWith(files)
    assert.equal(isStale(root, '.done', inputs), true)
    writeStamp(root, '.done', inputs)
    assert.equal(isStale(root, '.done', inputs), false)
  })

  for (const [what, name] of [
    ['a file', 'lock.yaml'],
    ['a file deep in a folder', 'schema/deep/a.graphql'],
    ['a file behind the star', 'subgraphs/auth/schema.prisma'],
    ['a new file', 'schema/b.graphql'],
  ] as const) {
    it(`is stale again after ${what} changed`, async () => {
      const root = await checkoutWith(files)
      writeStamp(root, '.done', inputs)
      await put(root, name, 'changed')
      assert.equal(isStale(root, '.done', inputs), true)
    })
  }

  it('does not look at generated files or installed packages', async () => {
    const root = await checkoutWith(files)
    writeStamp(root, '.done', inputs)
    await put(root, 'schema/generated/a.js', 'made')
    await put(root, 'schema/node_modules/x.js', 'installed')
    assert.equal(isStale(root, '.done', inputs), false)
  })
})

it('the code is generated again when its output is gone', async () => {
  const root = await checkoutWith({ 'schema/generated/a.js': '', 'subgraphs/auth/src/generated/graphql.ts': '', 'schema/a.graphql': '' })
  writeStamp(root, '.vibely-generated', ['pnpm-lock.yaml', 'codegen.ts', 'buf.yaml', 'buf.gen.yaml', 'schema'])
  assert.equal(needsCodegen(root), false)
  await rm(join(root, 'subgraphs/auth/src/generated'), { recursive: true })
  assert.equal(needsCodegen(root), true)
})

describe('handing over', () => {
  it('passes arguments and the exit code', async () => {
    const root = await prepared("console.log(process.argv.slice(2).join('+')); process.exit(7)")
    const outcome = spawnSync(process.execPath, [join(root, 'infra/bootstrap.mjs'), 'entry.mjs', 'one', '--two'], { encoding: 'utf8' })
    assert.equal(outcome.stdout, 'one+--two\n')
    assert.equal(outcome.status, 7)
  })

  it('starts a process of the application traced and with its limits of memory, and nothing else so', async () => {
    const root = await prepared("console.log(process.execArgv.join(' '), process.env.MALLOC_ARENA_MAX)")
    const { flags, env } = nodeSettings
    await put(root, 'infra/node-settings.json', JSON.stringify(nodeSettings))
    await put(root, 'packages/kit/src/telemetry-setup.ts', '')
    await put(root, 'router/src/main.ts', "import '../../entry.mjs'")
    const outputOf = (entry: string) => {
      const { MALLOC_ARENA_MAX: _, ...surroundings } = process.env
      return spawnSync(process.execPath, [join(root, 'infra/bootstrap.mjs'), entry], { encoding: 'utf8', env: surroundings }).stdout
    }
    const telemetry = pathToFileURL(join(root, 'packages/kit/src/telemetry-setup.ts')).href
    assert.equal(outputOf('router/src/main.ts'), `${[...flags, '--import', telemetry].join(' ')} ${env.MALLOC_ARENA_MAX}\n`)
    assert.equal(outputOf('entry.mjs'), ' undefined\n')
  })

  it('passes one signal for a burst of them', async () => {
    const script = `let signals = 0
      process.on('SIGINT', () => { signals += 1; setTimeout(() => { console.log('signals', signals); process.exit(0) }, 200) })
      console.log('ready'); setInterval(() => {}, 1000)`
    const root = await prepared(script)
    const child = spawn(process.execPath, [join(root, 'infra/bootstrap.mjs'), 'entry.mjs'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (String(chunk).includes('ready')) for (let burst = 0; burst < 3; burst += 1) child.kill('SIGINT')
    }
    assert.match(output, /signals 1\n/)
  })
})

/** A checkout in which nothing is left to install or generate, and an entry with this script. */
async function prepared(script: string): Promise<string> {
  const root = await checkoutWith({ 'entry.mjs': script, 'schema/generated/a.js': '', 'pnpm-lock.yaml': '1' })
  await promisify(execFile)('sh', [
    '-c',
    `mkdir -p "${root}/infra" "${root}/node_modules/node/bin" && cp "${bootstrap}" "${root}/infra/" && ln -s "${process.execPath}" "${root}/node_modules/node/bin/node"`,
  ])
  writeStamp(root, '.vibely-installed', ['pnpm-lock.yaml'])
  writeStamp(root, '.vibely-generated', ['pnpm-lock.yaml', 'schema'])
  return root
}
