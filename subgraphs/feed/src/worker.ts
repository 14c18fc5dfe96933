import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@vibely/kit/logger'

/** Work in the background, step by step. */
export interface Worker extends AsyncDisposable {
  /** Steps now instead of at the next poll. */
  wake(): void
}

/** `work`: there may be more. `idle`: nothing to do. `standby`: another process does it. */
export type Step = 'work' | 'idle' | 'standby'

const PAUSE_MS: Readonly<Record<Step, number>> = { work: 0, idle: 50, standby: 250 }
const RETRY_MS = { first: 100, last: 2_000 }

/** Repeats a step until disposed and never gives up: after a failure it waits a little longer each time. */
export function startWorker({
  name,
  step,
  logger,
}: {
  readonly name: string
  readonly step: () => Promise<Step>
  readonly logger: Logger
}): Worker {
  let stopped = false
  let woken = false
  let endPause: (() => void) | undefined

  const pause = async (milliseconds: number) => {
    if (stopped || milliseconds === 0) return
    const ended = new AbortController()
    endPause = () => ended.abort()
    await sleep(milliseconds, undefined, { signal: ended.signal }).catch(() => undefined)
    endPause = undefined
  }
  const run = async () => {
    let retry = RETRY_MS.first
    while (!stopped) {
      woken = false
      try {
        const done = await step()
        retry = RETRY_MS.first
        if (!woken) await pause(PAUSE_MS[done])
      } catch (error) {
        logger.warn({ err: error, worker: name }, 'step failed, trying again')
        await pause(retry)
        retry = Math.min(retry * 2, RETRY_MS.last)
      }
    }
  }
  const ended = run()
  return {
    wake() {
      woken = true
      endPause?.()
    },
    async [Symbol.asyncDispose]() {
      stopped = true
      endPause?.()
      await ended
    },
  }
}
