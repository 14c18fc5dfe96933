import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { serveSubgraph } from '@vibely/kit/server'
import { socialProcessEnv } from './env.ts'
import { openSocial } from './subgraph.ts'

const env = readEnv(socialProcessEnv)
const logger = createLogger({ service: 'social', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const subgraph = stack.use(await openSocial(env))
  const { url } = stack.use(
    await serveSubgraph(subgraph, {
      port: env.SOCIAL_PORT,
      host: env.LISTEN_HOST,
      hmacKeys: env.INTERNAL_HMAC_KEYS,
      routerPublicKey: env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  logger.info({ url }, 'social is up')
})
