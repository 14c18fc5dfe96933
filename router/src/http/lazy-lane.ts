import type { Logger } from '@vibely/kit/logger'
import type { Pipeline } from '../pipeline.ts'
import type { ApolloLane } from './apollo-lane.ts'

/** The lane through Apollo Server, opened for the first exchange that takes it: its modules are 5 MB of memory, and clients seldom send GET. */
export function lazyLane(pipeline: Pipeline, logger: Logger): ApolloLane {
  let lane: Promise<ApolloLane> | undefined
  const open = async () => {
    const { openApolloLane } = await import('./apollo-lane.ts')
    return openApolloLane(pipeline, logger)
  }
  return {
    async answer(exchange) {
      lane ??= open()
      return (await lane).answer(exchange)
    },
    async [Symbol.asyncDispose]() {
      await (await lane)?.[Symbol.asyncDispose]()
    },
  }
}
