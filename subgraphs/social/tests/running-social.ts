import { readEnv } from '@vibely/kit/env'
import type { Subgraph } from '@vibely/kit/subgraph'
import { openSurroundings, type Surroundings } from '@vibely/testkit/surroundings'
import type { Db } from '../src/db.ts'
import { socialEnv } from '../src/env.ts'
import { openSocial } from '../src/subgraph.ts'
import { freshDb } from './fresh-social.ts'

/** Social over HTTP under a namespace of its own, and what stands around it. */
export interface RunningSocial extends Surroundings {
  readonly url: string
  readonly subgraph: Subgraph
  readonly db: Db
}

export async function runningSocial(): Promise<RunningSocial> {
  await using opened = new AsyncDisposableStack()
  const { db, namespace } = opened.use(await freshDb())
  const surroundings = opened.use(await openSurroundings('social', namespace))
  const subgraph = opened.use(await openSocial(readEnv(socialEnv, surroundings.env)))
  const { url } = opened.use(await surroundings.router.serve(subgraph))
  const resources = opened.move()
  return { ...surroundings, url, subgraph, db, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
