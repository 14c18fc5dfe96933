import type { PageAnswer, Subgraph } from '@vibely/kit/subgraph'
import type { FastifyInstance } from 'fastify'

/** Public pages of subgraphs by path, served through the router. */
export type Pages = NonNullable<Subgraph['pages']>

const FETCH_MS = 3_000

/** The same pages of a subgraph behind HTTP. */
export function remotePages(url: string, paths: readonly string[]): Pages {
  const page =
    (path: string) =>
    async (query: URLSearchParams): Promise<PageAnswer> => {
      const target = new URL(path, url)
      target.search = query.toString()
      const answer = await fetch(target, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' })
      return { status: answer.status, type: answer.headers.get('content-type') ?? 'application/octet-stream', body: await answer.text() }
    }
  return Object.fromEntries(paths.map((path) => [path, page(path)]))
}

/** Serves the pages; those under `/dev/` outside production only. */
export function addPages(app: FastifyInstance, pages: Pages, production: boolean): void {
  for (const [path, page] of Object.entries(pages)) {
    if (production && path.startsWith('/dev/')) continue
    app.get(path, async (request, reply) => {
      const { status, type, body } = await page(new URL(request.url, 'http://localhost').searchParams)
      return reply.code(status).type(type).send(body)
    })
  }
}
