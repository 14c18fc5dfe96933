import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { serveSubgraph } from '@vibely/kit/server'
import { feedProcessEnv } from './env.ts'
import { openFeed } from './subgraph.ts'

const env = readEnv(feedProcessEnv)
const logger = createLogger({ service: 'feed', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const subgraph = stack.use(await openFeed(env))
  const { url } = stack.use(
    await serveSubgraph(subgraph, {
      port: env.FEED_PORT,
      host: env.LISTEN_HOST,
      hmacKeys: env.INTERNAL_HMAC_KEYS,
      routerPublicKey: env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  logger.info({ url }, 'feed is up')
})
