import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The supergraph that is committed beside the subgraphs' SDL. */
export const committedSupergraph = (): Promise<string> =>
  readFile(fileURLToPath(import.meta.resolve('@vibely/schema/supergraph.graphql')), 'utf8')
