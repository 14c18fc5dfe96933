import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const contract = (file: string): Promise<string> => readFile(fileURLToPath(import.meta.resolve(`@vibely/schema/${file}`)), 'utf8')

/** The supergraph that is committed beside the subgraphs' SDL. */
export const committedSupergraph = (): Promise<string> => contract('supergraph.graphql')

/** The operations with which the explorer welcomes a newcomer. */
export const committedExplorerDocument = (): Promise<string> => contract('explorer.graphql')

/** The documents of our clients, by their hash. */
export const committedPersistedDocuments = (): Promise<string> => contract('persisted-documents.json')
