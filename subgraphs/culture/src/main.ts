import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { serveSubgraph } from '@vibely/kit/server'
import { cultureProcessEnv } from './env.ts'
import { openCulture } from './subgraph.ts'

const env = readEnv(cultureProcessEnv)
const logger = createLogger({ service: 'culture', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const subgraph = stack.use(await openCulture(env))
  const { url } = stack.use(
    await serveSubgraph(subgraph, {
      port: env.CULTURE_PORT,
      host: env.LISTEN_HOST,
      hmacKeys: env.INTERNAL_HMAC_KEYS,
      routerPublicKey: env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  logger.info({ url }, 'culture is up')
})
