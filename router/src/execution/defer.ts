import type { DeferNode, PlanNode } from '../planning/planner.ts'
import type { FetchOptions, Run, Step } from './fetch.ts'

/** Compiles a node of a plan. */
type Compile = (options: FetchOptions, node: PlanNode) => Step

/** A part of the answer that comes behind the first one, once its fetches are done. */
export interface DeferredPart {
  readonly label: string | undefined
  /** Response names from the root down to the objects whose fields were deferred; `... on Type` narrows them. */
  readonly queryPath: readonly string[]
  /** Fields of these objects, as text. */
  readonly subselection: string
  /** The run that fetched it: its errors are this part's own. */
  readonly run: Run
}

/** What a run has put off. */
export interface Deferral {
  /** Parts in the order in which they were done. `null` when there is no other. */
  next(): Promise<DeferredPart | null>
  /** Notes that a fetch has ended, for the parts that wait for it. */
  fetched(id: string): void
  /**
   * Adds a part, which starts when its fetches have ended.
   * @param behind the part that holds it: it comes first
   * @returns when the part is done
   */
  add(after: readonly string[], behind: Promise<void>, work: () => Promise<DeferredPart | null>): Promise<void>
  /** Fetches that have not begun by now never will. */
  primaryDone(): void
}

export function openDeferral(): Deferral {
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const done: (DeferredPart | null)[] = []
  let open = 0
  let allRan = false
  let wake = Promise.withResolvers<void>()
  const gate = (id: string) => {
    const known = gates.get(id) ?? Promise.withResolvers<void>()
    gates.set(id, known)
    if (allRan) known.resolve()
    return known
  }
  return {
    async next() {
      for (;;) {
        const part = done.shift()
        if (part) return part
        if (part === undefined && open === 0) return null
        if (part === undefined) await wake.promise
      }
    },
    fetched: (id) => gate(id).resolve(),
    async add(after, behind, work) {
      open += 1
      await Promise.all(after.map((id) => gate(id).promise))
      const part = await work()
      await behind
      open -= 1
      done.push(part)
      wake.resolve()
      wake = Promise.withResolvers()
    },
    primaryDone() {
      allRan = true
      for (const { resolve } of gates.values()) resolve()
    },
  }
}

type AddParts = (run: Run, deferral: Deferral, behind: Promise<void>) => void

/**
 * Compiles a plan with deferred parts: the step is over when the first answer can be written, the parts go on behind it.
 * A part whose own fields are split again holds the next such plan.
 */
export function compileDefer(options: FetchOptions, node: DeferNode, compile: Compile): Step {
  const primary = node.primary.node && compile(options, node.primary.node)
  const addParts = deferredParts(options, node, compile)
  return async (run) => {
    run.deferral = openDeferral()
    addParts(run, run.deferral, Promise.resolve())
    await primary?.(run)
    run.deferral.primaryDone()
  }
}

function deferredParts(options: FetchOptions, { deferred }: DeferNode, compile: Compile): AddParts {
  const parts = deferred.map(({ depends, label, queryPath, subselection, node }) => {
    const split = node?.kind === 'Defer' ? node : undefined
    const own = split ? split.primary.node : node
    return {
      after: depends.map(({ id }) => id),
      label,
      queryPath,
      subselection: subselection ?? split?.primary.subselection,
      step: own && compile(options, own),
      addInner: split && deferredParts(options, split, compile),
    }
  })
  return (run, deferral, behind) => {
    for (const { after, label, queryPath, subselection, step, addInner } of parts) {
      const added = deferral.add(after, behind, async () => {
        const own: Run = { ...run, errors: [] }
        addInner?.(own, deferral, added)
        await step?.(own)
        return subselection === undefined ? null : { label, queryPath, subselection, run: own }
      })
    }
  }
}
