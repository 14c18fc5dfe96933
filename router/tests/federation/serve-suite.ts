import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { executeSubgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { subgraphsOf, supergraphOf } from './harness.ts'
import type { Suite } from './suite.ts'

export interface ServedSuite extends AsyncDisposable {
  /** With the addresses of the subgraphs. */
  readonly supergraphSdl: string
  stop(subgraph: string): Promise<void>
}

/** A suite's subgraphs as anybody's: plain GraphQL over HTTP. */
export async function serveSuite(suite: Suite): Promise<ServedSuite> {
  const servers = new Map(
    subgraphsOf(suite).map((subgraph) => [
      subgraph.name,
      createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const result = await executeSubgraph(subgraph, JSON.parse(String(Buffer.concat(chunks))), ANONYMOUS)
        response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
      }).listen(0, '127.0.0.1'),
    ]),
  )
  let supergraphSdl = supergraphOf(suite)
  for (const [name, server] of servers) {
    if (!server.listening) await once(server, 'listening')
    supergraphSdl = supergraphSdl.replace(`http://${name}.invalid`, `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
  }
  const stop = async (name: string) => {
    const server = servers.get(name)
    server?.closeAllConnections()
    if (server?.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { supergraphSdl, stop, [Symbol.asyncDispose]: async () => void (await Promise.all([...servers.keys()].map(stop))) }
}
