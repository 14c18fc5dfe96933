import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { executeSubgraph, type Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'

export interface ForeignSubgraph {
  readonly url: string
  close(): Promise<void>
}

/** A subgraph as anybody's: plain GraphQL over HTTP, no signature. Its contexts are made of the headers that it gets. */
export async function serveForeignSubgraph(subgraph: Subgraph): Promise<ForeignSubgraph> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const result = await executeSubgraph(subgraph, JSON.parse(String(Buffer.concat(chunks))), {
      ...ANONYMOUS,
      headers: plain(request.headers),
    })
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

const plain = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
