import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SupergraphOrigin } from './watch.ts'

const pathOf = (file: string): string => fileURLToPath(import.meta.resolve(`@vibely/schema/${file}`))
const contract = (file: string): Promise<string> => readFile(pathOf(file), 'utf8')

/** The supergraph that is committed beside the subgraphs' SDL. */
export const committedSupergraph = (): Promise<string> => contract('supergraph.graphql')

export const committedOrigin = (): SupergraphOrigin => ({ files: [pathOf('supergraph.graphql')], load: committedSupergraph })

/** The operations with which the explorer welcomes a newcomer. */
export const committedExplorerDocument = (): Promise<string> => contract('explorer.graphql')

/** The documents of our clients, by their hash. */
export const committedPersistedDocuments = (): Promise<string> => contract('persisted-documents.json')
