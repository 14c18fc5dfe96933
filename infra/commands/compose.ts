import { parseArgs } from 'node:util'
import { checkout } from '../native/state.ts'
import { run } from '../native/tools.ts'

/** `vibely compose` */
export async function compose(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { check: { type: 'boolean' } } })
  await run(process.execPath, ['infra/compose.ts', ...args], { cwd: checkout })
  console.log(values.check ? 'schema/supergraph.graphql is what the subgraphs compose to.' : 'Wrote schema/supergraph.graphql.')
}
