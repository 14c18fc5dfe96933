import { readEnv } from '@vibely/kit/env'
import type { Subgraph } from '@vibely/kit/subgraph'
import type { Viewer } from '@vibely/kit/viewer'
import type { Question } from '@vibely/testkit/router-side'
import { openSurroundings, type Surroundings } from '@vibely/testkit/surroundings'
import type { FormattedExecutionResult } from 'graphql'
import { cultureEnv } from '../src/env.ts'
import { openCulture } from '../src/subgraph.ts'
import { type FreshCulture, freshCulture, SEALING_KEY } from './fresh-culture.ts'

/** Culture over HTTP under a namespace of its own, and what stands around it. */
export interface RunningCulture extends Surroundings {
  readonly url: string
  readonly subgraph: Subgraph
  readonly fresh: FreshCulture
  ask<Data = Record<string, unknown>>(question: Question, viewer?: Viewer | null): Promise<FormattedExecutionResult<Data>>
}

export async function runningCulture(): Promise<RunningCulture> {
  await using opened = new AsyncDisposableStack()
  const fresh = opened.use(await freshCulture())
  const surroundings = opened.use(await openSurroundings('culture', fresh.namespace, { SEALING_KEY: SEALING_KEY.toString('base64') }))
  const subgraph = opened.use(await openCulture(readEnv(cultureEnv, surroundings.env)))
  const { router } = surroundings
  const { url } = opened.use(await router.serve(subgraph))
  const resources = opened.move()
  return {
    ...surroundings,
    url,
    subgraph,
    fresh,
    ask: (question, viewer = null) => router.ask(url, question, viewer),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
