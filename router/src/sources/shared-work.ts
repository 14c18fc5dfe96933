import { CallerLeft } from './source.ts'

/** Work that several callers wait for. */
export interface SharedWork<T> {
  /**
   * The result, for one more caller.
   * @throws CallerLeft when this one leaves first, and whatever the work throws
   */
  join(signal: AbortSignal): Promise<T>
}

/**
 * Lets others join work that has begun. Who leaves does not disturb the rest; when the last one has left, the work is cancelled.
 * @param options.cancel aborts it
 * @param options.shared what a result becomes that more than one caller gets
 * @param options.onOver called once, when nobody may join any more: the work is done, has failed or was cancelled
 */
export function sharedWork<T>(options: {
  readonly begun: Promise<T>
  readonly cancel: AbortController
  readonly shared?: (result: T) => T
  readonly onOver?: () => void
}): SharedWork<T> {
  const { cancel, shared } = options
  let joined = 0
  let waiting = 0
  let open = true
  const close = () => {
    if (open) options.onOver?.()
    open = false
  }
  const outcome = options.begun.then(
    (result) => {
      close()
      return joined > 1 && shared ? shared(result) : result
    },
    (error: unknown) => {
      close()
      throw error
    },
  )
  return {
    join: (signal) =>
      new Promise((resolve, reject) => {
        joined += 1
        waiting += 1
        const leave = () => {
          waiting -= 1
          if (waiting === 0) {
            close()
            cancel.abort()
          }
          reject(new CallerLeft())
        }
        signal.addEventListener('abort', leave, { once: true })
        outcome.then(
          (result) => {
            signal.removeEventListener('abort', leave)
            resolve(result)
          },
          (error: unknown) => {
            signal.removeEventListener('abort', leave)
            reject(error)
          },
        )
        if (signal.aborted) leave()
      }),
  }
}
