import { setTimeout } from 'node:timers/promises'
import { fault } from '@vibely/kit/errors'
import type { Logger } from '@vibely/kit/logger'
import type { Answer } from './execution/answer.ts'
import type { Run } from './execution/run.ts'
import type { Pipeline, SchemaListener } from './pipeline.ts'
import { hottest, warmUp } from './planning/warm-up.ts'
import type { SchemaState } from './supergraph/schema-state.ts'

/** What is between the preparation of an operation and its run may take so long. */
const LINGER_MS = 10_000

/** A pipeline over one supergraph, with all that is its own. */
export interface Generation extends AsyncDisposable {
  readonly pipeline: Pipeline
}

/** A pipeline whose supergraph changes while it is used: `state`, `operations` and sources are those of the present one. */
export interface ReloadablePipeline extends Pipeline, AsyncDisposable {
  /**
   * Builds the next generation, plans on it what is used most, then puts it in the place of the present one. What runs ends on
   * the supergraph that it began on. Of several that come while one is being built the last counts; they end together.
   * @throws what is wrong with the supergraph; the present one stays
   */
  reload(policySdl: string): Promise<void>
}

interface Slot {
  readonly generation: Generation
  running: number
  /** Called when the last run has ended, once the generation is not the present one any more. */
  onIdle: (() => void) | null
}

/**
 * @param openGeneration builds a supergraph's generation; throws when it is none
 */
export function reloadablePipeline(
  policySdl: string,
  openGeneration: (policySdl: string) => Generation,
  logger: Logger,
): ReloadablePipeline {
  const slots = new Map<SchemaState, Slot>()
  const listeners: SchemaListener[] = []
  const closing = new AbortController()
  let present = open(policySdl)
  let presentSdl = policySdl
  let wanted: string | null = null
  let reloading: Promise<void> | null = null

  function open(sdl: string): Slot {
    const generation = openGeneration(sdl)
    const slot: Slot = { generation, running: 0, onIdle: null }
    slots.set(generation.pipeline.state, slot)
    return slot
  }
  function slotOf(state: SchemaState): Slot {
    const slot = slots.get(state)
    if (!slot) throw fault('SUBSCRIPTION_SCHEMA_RELOAD')
    return slot
  }
  async function close(slot: Slot): Promise<void> {
    slots.delete(slot.generation.pipeline.state)
    await slot.generation[Symbol.asyncDispose]()
  }

  async function reloadAll(): Promise<void> {
    try {
      for (let sdl = wanted; sdl !== null; sdl = wanted) {
        wanted = null
        if (sdl !== presentSdl) await replace(sdl)
      }
    } finally {
      reloading = null
    }
  }
  async function replace(sdl: string): Promise<void> {
    const next = open(sdl)
    await warmUp(next.generation.pipeline.operations, hottest(present.generation.pipeline.operations.used()))
    // A newer one is there already, or nobody needs one any more.
    if (wanted !== null || closing.signal.aborted) return close(next)
    const last = present
    present = next
    presentSdl = sdl
    logger.info({ operations: next.generation.pipeline.operations.used().length }, 'the supergraph has changed')
    for (const listener of listeners) await listener(next.generation.pipeline.state)
    retire(last).catch((error: unknown) => logger.error({ err: error }, 'an old supergraph was not left cleanly'))
  }
  /** Closes a generation when nothing runs on it any more. */
  async function retire(slot: Slot): Promise<void> {
    await setTimeout(LINGER_MS, null, { ref: false, signal: closing.signal }).catch(() => undefined)
    if (slot.running > 0 && !closing.signal.aborted) {
      const idle = Promise.withResolvers<void>()
      slot.onIdle = idle.resolve
      await idle.promise
    }
    if (!closing.signal.aborted) await close(slot)
  }

  return {
    get state() {
      return present.generation.pipeline.state
    },
    get operations() {
      return present.generation.pipeline.operations
    },
    admit: async (operation, variables, caller) => slotOf(operation.state).generation.pipeline.admit(operation, variables, caller),
    sourceNamed: (name) => present.generation.pipeline.sourceNamed(name),
    async run(input: Run): Promise<Answer> {
      const slot = slotOf(input.operation.state)
      slot.running += 1
      try {
        return await slot.generation.pipeline.run(input)
      } finally {
        slot.running -= 1
        if (slot.running === 0) slot.onIdle?.()
      }
    },
    reload(sdl) {
      wanted = sdl
      reloading ??= reloadAll()
      return reloading
    },
    onSchemaChange: (listener) => void listeners.push(listener),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await reloading?.catch(() => undefined)
      await Promise.all([...slots.values()].map(close))
    },
  }
}
