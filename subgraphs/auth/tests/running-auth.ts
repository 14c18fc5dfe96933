import { randomBytes } from 'node:crypto'
import { readEnv } from '@vibely/kit/env'
import type { Subgraph } from '@vibely/kit/subgraph'
import { openSurroundings, type Surroundings } from '@vibely/testkit/surroundings'
import type { Db } from '../src/db.ts'
import { authEnv } from '../src/env.ts'
import { openAuth } from '../src/subgraph.ts'
import { freshDb } from './fresh-auth.ts'

/** Auth over HTTP under a namespace of its own, and what stands around it. */
export interface RunningAuth extends Surroundings {
  readonly url: string
  readonly subgraph: Subgraph
  readonly db: Db
}

/** @param change settings of its own */
export async function runningAuth(change: Readonly<Record<string, string>> = {}): Promise<RunningAuth> {
  await using opened = new AsyncDisposableStack()
  const { db, namespace } = opened.use(await freshDb())
  const secrets = { TOKEN_KEY_SECRET: randomBytes(32).toString('base64') }
  const surroundings = opened.use(await openSurroundings('auth', namespace, { ...secrets, ...change }))
  const subgraph = opened.use(await openAuth(readEnv(authEnv, surroundings.env)))
  const { url } = opened.use(await surroundings.router.serve(subgraph))
  const resources = opened.move()
  return { ...surroundings, url, subgraph, db, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
