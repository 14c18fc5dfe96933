import process from 'node:process'
import { EnvError, readEnv } from '@vibely/kit/env'
import { createLogger, type Logger } from '@vibely/kit/logger'
import { runMain, StartError } from '@vibely/kit/main'
import { type CommandLine, readCommandLine, USAGE, UsageError } from './cli.ts'
import { foreignDeployment, ownDeployment } from './deployment.ts'
import { remoteEnv, routerEnv, standaloneEnv, withPort } from './env.ts'
import { openRouter } from './router.ts'
import { SupergraphFileError } from './supergraph/read-supergraph.ts'

/** Reads every setting before anything is opened, so that all that is wrong with them is said at once. */
function deploymentOf({ supergraph: file, port }: CommandLine) {
  const settings = withPort(port)
  if (file === undefined) {
    const env = readEnv({ ...routerEnv, ...remoteEnv }, settings)
    return { env, open: (logger: Logger) => ownDeployment(env, logger) }
  }
  const env = readEnv(standaloneEnv, settings)
  return { env, open: (logger: Logger) => foreignDeployment(file, env, logger) }
}

async function serve(command: CommandLine): Promise<void> {
  const { env, open } = deploymentOf(command)
  const logger = createLogger({ service: 'router', level: env.LOG_LEVEL })
  const deployment = await open(logger)
  await runMain(logger, async (stack) => {
    for (const source of deployment.sources) stack.use(source)
    const router = stack.use(await openRouter({ env, logger, ...deployment }).catch(explained))
    process.on('SIGHUP', () => void router.refresh())
    logger.info({ url: router.url }, 'router is listening')
  })
}

function explained(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error)) throw error
  throw new StartError(`Port ${error.port} is taken: choose another with --port or ROUTER_PORT.`, { cause: error })
}

try {
  const command = readCommandLine(process.argv.slice(2))
  if (command.help) console.log(USAGE)
  else await serve(command)
} catch (error) {
  // Whoever started it can mend these: a line says how, a stack would hide it.
  if (!(error instanceof UsageError || error instanceof EnvError || error instanceof SupergraphFileError)) throw error
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message)
  process.exitCode = 1
}
