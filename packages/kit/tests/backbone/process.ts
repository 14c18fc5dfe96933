import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A child process that a test kills; it starts again whenever it ends. */
export interface Victim extends AsyncDisposable {
  /** Ends by SIGKILL so far, by whomever. */
  readonly kills: number
  /** Resolves when the present life has said that it works. */
  alive(): Promise<void>
  kill(): Promise<void>
}

interface Life {
  readonly child: ChildProcess
  readonly ready: Promise<unknown>
  readonly exited: Promise<unknown>
}

/**
 * Runs a script of this folder, which calls `process.send` when it works.
 * @param argument reaches it as JSON; may differ from life to life, counted from 0
 */
export function startVictim(script: string, argument: (life: number) => object): Victim {
  let stopped = false
  let kills = 0
  let lives = 0
  const start = (): Life => {
    const child = fork(new URL(script, import.meta.url), [JSON.stringify(argument(lives++))])
    child.on('exit', (_code, signal) => {
      if (signal === 'SIGKILL') kills += 1
      if (!stopped) current = start()
    })
    return { child, ready: once(child, 'message'), exited: once(child, 'exit') }
  }
  let current = start()
  const end = async ({ child, exited }: Life) => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    get kills() {
      return kills
    },
    alive: async () => void (await current.ready),
    kill: () => end(current),
    async [Symbol.asyncDispose]() {
      stopped = true
      await end(current)
    },
  }
}
