import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SubgraphDefinition } from './compose.ts'
import type { SupergraphOrigin } from './watch.ts'

/** Our subgraphs, and their ports where each is a process of its own. */
const SUBGRAPHS = [
  { name: 'auth', port: 4001 },
  { name: 'culture', port: 4002 },
  { name: 'social', port: 4003 },
  { name: 'feed', port: 4004 },
] as const

const fileOf = (name: string): string => fileURLToPath(import.meta.resolve(`@vibely/schema/${name}.graphql`))

/** Our subgraphs as composition takes them. */
export const ownSubgraphs = (): Promise<readonly SubgraphDefinition[]> =>
  Promise.all(
    SUBGRAPHS.map(async ({ name, port }) => ({
      name,
      url: `http://localhost:${port}/graphql`,
      sdl: await readFile(fileOf(name), 'utf8'),
      file: `schema/${name}.graphql`,
    })),
  )

/** Our supergraph, composed in this process from the SDL of the subgraphs: while somebody works on it. */
export const composedOrigin = (): SupergraphOrigin => ({
  files: SUBGRAPHS.map(({ name }) => fileOf(name)),
  async load() {
    // Composition takes memory that a router which never composes should keep.
    const { composeSupergraph } = await import('./compose.ts')
    return composeSupergraph(await ownSubgraphs()).supergraphSdl
  },
})
