import { serveForeignSubgraph } from '../foreign-subgraph.ts'
import { subgraphsOf, supergraphOf } from './harness.ts'
import type { Suite } from './suite.ts'

export interface ServedSuite extends AsyncDisposable {
  /** With the addresses of the subgraphs. */
  readonly supergraphSdl: string
  stop(subgraph: string): Promise<void>
}

/** A suite's subgraphs as anybody's: plain GraphQL over HTTP. */
export async function serveSuite(suite: Suite): Promise<ServedSuite> {
  const served = new Map(
    await Promise.all(subgraphsOf(suite).map(async (subgraph) => [subgraph.name, await serveForeignSubgraph(subgraph)] as const)),
  )
  const supergraphSdl = [...served].reduce((sdl, [name, { url }]) => sdl.replace(`http://${name}.invalid`, url), supergraphOf(suite))
  const stop = async (name: string) => served.get(name)?.close()
  return { supergraphSdl, stop, [Symbol.asyncDispose]: async () => void (await Promise.all([...served.keys()].map(stop))) }
}
