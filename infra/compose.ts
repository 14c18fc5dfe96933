// Composes the subgraphs' SDL into schema/supergraph.graphql; with --check only compares.
import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { composeSupergraph } from '@vibely/router/compose'

const SUBGRAPHS = { auth: 4001, culture: 4002, social: 4003, feed: 4004 }
// Each subgraph declares its own codes of user errors, and composition joins them.
const EXPECTED_HINTS = /^UserErrorCode\./

const schema = (file: string) => new URL(`../schema/${file}`, import.meta.url)
const target = schema('supergraph.graphql')

async function compose(): Promise<string> {
  const subgraphs = Object.entries(SUBGRAPHS).map(async ([name, port]) => ({
    name,
    url: `http://localhost:${port}/graphql`,
    sdl: await readFile(schema(`${name}.graphql`), 'utf8'),
  }))
  const { supergraphSdl, hints } = composeSupergraph(await Promise.all(subgraphs))
  const unexpected = hints.filter(({ coordinate }) => !EXPECTED_HINTS.test(coordinate))
  if (unexpected.length > 0) {
    throw new Error(`The subgraphs compose, but with hints:\n${unexpected.map(({ code, message }) => `  ${code}: ${message}`).join('\n')}`)
  }
  return `${supergraphSdl.trimEnd()}\n`
}

try {
  const made = await compose()
  if (!process.argv.includes('--check')) await writeFile(target, made)
  else if (made !== (await readFile(target, 'utf8').catch(() => ''))) {
    throw new Error('schema/supergraph.graphql is stale: run `pnpm codegen:supergraph` and commit it.')
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
