import type { Logger } from '@vibely/kit/logger'
import { isPromise, type Soon } from '@vibely/kit/soon'
import { breakerState } from '../telemetry/metrics.ts'
import { type BreakerState, type Outcome, openBreaker } from './breaker.ts'
import { openBulkhead } from './bulkhead.ts'
import { CallerLeft, isWrite, type Source, SourceFailure, type SubgraphAnswer } from './source.ts'

const READ_MS = 3_000
const WRITE_MS = 5_000
const CONCURRENCY = 256
const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, trying: 1, open: 2 }

/**
 * A source's `fetch` under deadline, breaker and bulkhead, the same for every kind of source. The time to wait for a place
 * counts. Written out, since it is on the way of every call: as a chain of policies it cost more than an in-process call. What is
 * answered at once costs neither a timer nor a listener.
 * @param send its signal aborts at the deadline or when the caller leaves
 */
export function guarded(name: string, logger: Logger, send: Source['fetch']): Source['fetch'] {
  const breaker = openBreaker({
    onChange(state) {
      breakerState.record(BREAKER_VALUES[state], { subgraph: name })
      if (state === 'open') logger.warn({ subgraph: name }, 'a subgraph fails too often: its calls are refused for a while')
      if (state === 'closed') logger.info({ subgraph: name }, 'a subgraph answers again')
    },
  })
  const bulkhead = openBulkhead(CONCURRENCY)

  function refused(code: SourceFailure['code'], cause: unknown): SourceFailure {
    logger.warn({ err: cause, subgraph: name, code }, 'no answer from a subgraph')
    return new SourceFailure(code, cause)
  }

  return (request, caller, outer) => {
    if (outer.aborted) return Promise.reject(new CallerLeft())
    const leave = breaker.admit()
    // Told once, when it opened.
    if (!leave) return Promise.reject(new SourceFailure('SUBGRAPH_UNAVAILABLE'))
    const cancel = new AbortController()
    const begin = () => begun(send, request, caller, cancel.signal)
    const first = bulkhead.enter() ? begin() : undefined
    // There is nothing to wait for, nor anything left to guard.
    if (first !== undefined && !isPromise(first)) {
      bulkhead.leave()
      breaker.note(leave, 'answered')
      return first
    }
    return new Promise((resolve, reject) => {
      let over = false
      /** Frees what the call holds. @returns false when it has ended before */
      const end = (outcome: Outcome): boolean => {
        if (over) return false
        over = true
        clearTimeout(timer)
        outer.removeEventListener('abort', onLeft)
        bulkhead.leave(start)
        breaker.note(leave, outcome)
        return true
      }
      const onLeft = () => {
        if (!end('void')) return
        reject(new CallerLeft())
        cancel.abort()
      }
      const onLate = () => {
        if (!end('failed')) return
        reject(refused('DEADLINE_EXCEEDED', new Error('the deadline has passed')))
        cancel.abort()
      }
      const follow = (sent: Promise<SubgraphAnswer>) => {
        sent.then(
          (answer) => {
            if (end('answered')) resolve(answer)
          },
          (error: unknown) => {
            if (end('failed')) reject(refused('SUBGRAPH_UNAVAILABLE', error))
          },
        )
      }
      const start = () => follow(Promise.resolve(begin()))
      const timer = setTimeout(onLate, isWrite(request) ? WRITE_MS : READ_MS)
      outer.addEventListener('abort', onLeft, { once: true })
      if (first !== undefined) follow(first)
      else if (!bulkhead.wait(start)) {
        // Never began: it holds no place, and says nothing about the subgraph.
        over = true
        clearTimeout(timer)
        outer.removeEventListener('abort', onLeft)
        breaker.note(leave, 'void')
        reject(refused('SUBGRAPH_UNAVAILABLE', new Error('too many calls are under way')))
      }
    })
  }
}

/** What was sent for; what is thrown at once is a failure like any other. */
function begun(send: Source['fetch'], ...call: Parameters<Source['fetch']>): Soon<SubgraphAnswer> {
  try {
    return send(...call)
  } catch (error) {
    return Promise.reject(error)
  }
}
