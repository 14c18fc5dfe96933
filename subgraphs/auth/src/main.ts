import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { serveSubgraph } from '@vibely/kit/server'
import { authProcessEnv } from './env.ts'
import { openAuth } from './subgraph.ts'

const env = readEnv(authProcessEnv)
const logger = createLogger({ service: 'auth', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const subgraph = stack.use(await openAuth(env))
  const { url } = stack.use(
    await serveSubgraph(subgraph, {
      port: env.AUTH_PORT,
      host: env.LISTEN_HOST,
      hmacKeys: env.INTERNAL_HMAC_KEYS,
      routerPublicKey: env.ROUTER_IDENTITY_PUBLIC_KEY,
    }),
  )
  logger.info({ url }, 'auth is up')
})
