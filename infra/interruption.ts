import process from 'node:process'
import { killLaunched } from './native/process.ts'

const FORCED = 130

/** Aborted when the person at the terminal wants to stop: tools under way are ended and waits for a server given up. */
const interruption = new AbortController()
export const interrupted: AbortSignal = interruption.signal

/**
 * Resolves at the first Ctrl-C, SIGTERM or SIGHUP, and when the process that started us is gone. A second signal kills what
 * was started and ends at once.
 */
export function onStopRequest(): Promise<undefined> {
  return new Promise((resolve) => {
    const stop = () => {
      interruption.abort()
      resolve(undefined)
    }
    const onSignal = () => {
      if (interrupted.aborted) {
        killLaunched()
        process.exit(FORCED)
      }
      stop()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
    process.once('disconnect', stop)
  })
}
