// Composes the subgraphs' SDL into schema/supergraph.graphql; with --check only compares.
import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { composeSupergraph } from '@vibely/router/compose'
import { ownSubgraphs } from '@vibely/router/composed'

// Each subgraph declares its own codes of user errors, and composition joins them.
const EXPECTED_HINTS = /^UserErrorCode\./

const target = new URL('../schema/supergraph.graphql', import.meta.url)

async function compose(): Promise<string> {
  const { supergraphSdl, hints } = composeSupergraph(await ownSubgraphs())
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
