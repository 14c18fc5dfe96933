import { performance } from 'node:perf_hooks'
import { isPromise, type Soon } from '@vibely/kit/soon'
import type { Answer } from '../execution/answer.ts'
import type { Run } from '../execution/run.ts'
import type { PreparedOperation } from './prepare.ts'

/** An answer is large from so many bytes on. */
const LARGE = 16 * 1024
/** So many large ones are never held back. */
const AT_ONCE = 4
/** Where more wait, one begins each time that the process had nothing to do for half of so long. */
const LOOK_MS = 1

/**
 * Lets what is under way go on before more begins: of operations with large answers a few are under way, and one more begins whenever
 * the process has time to spare, however slow the subgraphs. While it has none, fifty that go on in step would hold the data of fifty,
 * which outlive young collections, and none of them would be done sooner.
 */
export function beginInTurn(run: (input: Run) => Soon<Answer>): (input: Run) => Soon<Answer> {
  // Of what was not answered yet nothing is known: it counts as large.
  const sizes = new WeakMap<PreparedOperation, number>()
  const waiting: (() => void)[] = []
  let underWay = 0
  let looking = false

  function beginNext(): void {
    const begin = waiting.shift()
    if (!begin) return
    underWay += 1
    begin()
  }
  function look(): void {
    looking = waiting.length > 0
    if (!looking) return
    const idle = performance.nodeTiming.idleTime
    const at = performance.now()
    setTimeout(() => {
      if (performance.nodeTiming.idleTime - idle > (performance.now() - at) / 2) beginNext()
      look()
    }, LOOK_MS)
  }

  async function runLater(input: Run): Promise<Answer> {
    const turn = new Promise<void>((resolve) => waiting.push(resolve))
    if (!looking) look()
    await turn
    // A signal that has waited is old, and what listened to it would be kept for as long as old things are.
    const own = new AbortController()
    const leave = () => own.abort()
    input.signal.addEventListener('abort', leave)
    if (input.signal.aborted) leave()
    const begin = async () => run({ ...input, signal: own.signal })
    let isOver = true
    try {
      const answer = await counted(input.operation, begin())
      isOver = answer.later === undefined
      return answer
    } finally {
      // Who gets the rest in parts may still leave.
      if (isOver) input.signal.removeEventListener('abort', leave)
    }
  }
  /** @param answer of a run that is counted as under way */
  async function counted(operation: PreparedOperation, answer: Promise<Answer>): Promise<Answer> {
    try {
      return noted(operation, await answer)
    } finally {
      underWay -= 1
      if (underWay < AT_ONCE) beginNext()
    }
  }
  function noted(operation: PreparedOperation, answer: Answer): Answer {
    // Counting has a side effect: text that was put together from pieces becomes one piece, and lets go of them.
    if (answer.data !== undefined) sizes.set(operation, Buffer.byteLength(answer.data))
    return answer
  }

  return (input) => {
    const { operation } = input
    const isLarge = (sizes.get(operation) ?? LARGE) >= LARGE
    if (isLarge && underWay >= AT_ONCE) return runLater(input)
    const answer = run(input)
    if (!isPromise(answer)) return noted(operation, answer)
    if (!isLarge) return answer.then((given) => noted(operation, given))
    underWay += 1
    return counted(operation, answer)
  }
}
