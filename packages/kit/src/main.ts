import { flushCompileCache } from 'node:module'
import process from 'node:process'
import type { Logger } from './logger.ts'

const DRAIN_LIMIT_MS = 25_000

/** What keeps a process from starting and whoever started it can mend: its message says how, a stack would hide that. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/**
 * The life of a process: opens what it needs, waits for SIGTERM or SIGINT, closes in reverse order, ends with 0.
 * A failure nobody caught is logged and ends the process the same way, with 1. A second signal, or a drain that takes
 * longer than 25 s, ends it at once.
 * @param open pushes everything it opens on the stack
 */
export async function runMain(logger: Logger, open: (stack: AsyncDisposableStack) => Promise<void>): Promise<void> {
  const stop = Promise.withResolvers<void>()
  const fatal = (error: unknown) => {
    if (error instanceof StartError) logger.fatal(error.message)
    else logger.fatal({ err: error }, 'stopping after a failure')
    process.exitCode = 1
    stop.resolve()
  }
  let signals = 0
  const onSignal = (signal: NodeJS.Signals) => {
    signals += 1
    // Nothing may hold up somebody who asks twice.
    if (signals > 1) process.exit(1)
    logger.info({ signal }, 'draining')
    stop.resolve()
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  process.on('uncaughtException', fatal).on('unhandledRejection', fatal)

  await using stack = new AsyncDisposableStack()
  try {
    await open(stack)
    // Where compiled code is kept, it is there for the next start, whatever this process ends of.
    flushCompileCache()
    await stop.promise
  } catch (error) {
    fatal(error)
  }
  setTimeout(() => process.exit(1), DRAIN_LIMIT_MS).unref()
}
