import { parseArgs } from 'node:util'

export interface CommandLine {
  /** A supergraph file to serve instead of ours. */
  readonly supergraph: string | undefined
  readonly port: string | undefined
  readonly help: boolean
}

/** What was asked for cannot be done. The message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const USAGE = `Usage: npm run router -- [--supergraph FILE] [--port N]

  --supergraph FILE  serve this federation 2 supergraph; the addresses of its subgraphs are in it
  --port N           listen on this port, 0 for a free one (ROUTER_PORT, else 4000)
  --help             show this

Without --supergraph the router serves Vibely's own supergraph over the subgraphs at AUTH_URL, CULTURE_URL, SOCIAL_URL and FEED_URL.
A foreign supergraph needs no other setting. With these it can do more:
  REDIS_URL, CURSOR_SECRET  live events, budgets and revoked sessions across routers
  JWKS_URL                  the key set that access tokens are verified with; without it nobody is signed in
  JWT_ISSUERS, JWT_AUDIENCES  who issues the tokens, and for whom; lists, separated by commas
  SUBGRAPH_HEADERS          file with the headers of clients that go on to subgraphs, and fixed ones; without it none does
  OVERRIDE_LABELS           labels of @override that are switched on, separated by commas; percent(N) is drawn for each request
  QUERY_PLANNER             apollo or hive
  PERSISTED_DOCUMENTS       file with the manifest of persisted documents; SAFELIST=enforce runs nothing else
  NODE_ENV=production       neither introspection nor explorer
.env.example lists all settings, docs/router.md says what they do.
`

/** @throws UsageError for what is not an option of ours, or no port */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { supergraph, port, help = false } = parsed(args)
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535)) throw new UsageError('--port takes a number from 0 to 65535.')
  return { supergraph, port, help }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { supergraph: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
