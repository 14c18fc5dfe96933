import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Logger } from '@vibely/kit/logger'
import { problemOf } from './problem.ts'

/** An editor saves in several steps, and a deployment several files. */
const SETTLE_MS = 100

/** Where the policy supergraph comes from, and comes from again. */
export interface SupergraphOrigin {
  /** The files that it is made of. */
  readonly files: readonly string[]
  /** @throws when they make none */
  load(): Promise<string>
}

export interface SupergraphWatch extends Disposable {
  /** Loads it again now, whether a file has changed or not. Never rejects: what is wrong is in the log. */
  refresh(): Promise<void>
}

/**
 * Loads the supergraph again whenever one of its files has changed.
 * @param reload puts it in place; throws when it cannot be
 */
export function watchSupergraph(origin: SupergraphOrigin, reload: (policySdl: string) => Promise<void>, logger: Logger): SupergraphWatch {
  let settling: NodeJS.Timeout | undefined
  let loading: Promise<unknown> = Promise.resolve()

  async function refresh(): Promise<void> {
    // One after the other, so that the newest is put in place last.
    const loaded = loading.catch(() => undefined).then(() => origin.load())
    loading = loaded
    try {
      await reload(await loaded)
    } catch (error) {
      logger.error({ problem: problemOf(error), files: origin.files }, 'the new supergraph is refused, the old one stays')
    }
  }
  const settle = () => {
    clearTimeout(settling)
    settling = setTimeout(() => void refresh(), SETTLE_MS)
  }
  // Folders, because a file that is replaced is another one. A mounted folder of Kubernetes changes by its link `..data`.
  const watchers = [...Map.groupBy(origin.files, dirname)].map(([folder, files]) => {
    const names = new Set([...files.map((file) => basename(file)), '..data'])
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) settle()
    })
    return watcher.on('error', (error) => logger.warn({ err: error, folder }, 'the folder of the supergraph is not watched any more'))
  })
  return {
    refresh,
    [Symbol.dispose]() {
      clearTimeout(settling)
      for (const watcher of watchers) watcher.close()
    },
  }
}
