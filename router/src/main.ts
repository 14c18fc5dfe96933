import process from 'node:process'
import { readEnv } from '@vibely/kit/env'
import { createLogger } from '@vibely/kit/logger'
import { runMain } from '@vibely/kit/main'
import { readCommandLine } from './cli.ts'
import { foreignDeployment, ownDeployment } from './deployment.ts'
import { remoteEnv, routerEnv, standaloneEnv, withPort } from './env.ts'
import { openRouter } from './router.ts'

const { supergraph, port } = readCommandLine(process.argv.slice(2))
const env = supergraph === undefined ? readEnv(routerEnv, withPort(port)) : readEnv(standaloneEnv, withPort(port))
const logger = createLogger({ service: 'router', level: env.LOG_LEVEL })

await runMain(logger, async (stack) => {
  const deployment =
    supergraph === undefined ? await ownDeployment(readEnv(remoteEnv), logger) : await foreignDeployment(supergraph, env, logger)
  for (const source of deployment.sources) stack.use(source)
  const router = stack.use(await openRouter({ env, logger, ...deployment }))
  process.on('SIGHUP', () => void router.refresh())
  logger.info({ url: router.url }, 'router is listening')
})
