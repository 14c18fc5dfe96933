import { clientName } from '../operations/data-names.ts'
import type { PlanNode } from '../planning/planner.ts'
import { compileDefer } from './defer.ts'
import { compileFetch, type FetchOptions, type Run, type Step } from './fetch.ts'
import { type PlanPath, planPath } from './paths.ts'

/** Compiles a plan's node, and all below it, for the objects at a path. */
export function compile(options: FetchOptions, node: PlanNode, path: PlanPath = []): Step {
  switch (node.kind) {
    case 'Fetch': {
      const { id } = node
      const fetch = compileFetch(options, node, path)
      return id === undefined ? fetch : inTurn([fetch, (run) => run.deferral?.fetched(id)])
    }
    case 'Flatten':
      return compile(options, node.node, [...path, ...planPath(options.supergraphSchema, node.path)])
    case 'Sequence':
      return inTurn(node.nodes.map((one) => compile(options, one, path)))
    case 'Parallel':
      return sideBySide(node.nodes.map((one) => compile(options, one, path)))
    case 'Condition': {
      const whenTrue = node.ifClause && compile(options, node.ifClause, path)
      const whenFalse = node.elseClause && compile(options, node.elseClause, path)
      const variable = clientName(node.condition)
      return (run) => (run.execution.coerced[variable] === true ? whenTrue : whenFalse)?.(run)
    }
    case 'Defer':
      return compileDefer(options, node, compile)
  }
}

/** One step after the other. Steps that wait for nothing follow each other at once. */
function inTurn(steps: readonly Step[]): Step {
  const from = (run: Run, first: number): Promise<void> | void => {
    for (let index = first; index < steps.length; index += 1) {
      const waits = steps[index]?.(run)
      if (waits) return waits.then(() => from(run, index + 1))
    }
  }
  return (run) => from(run, 0)
}

function sideBySide(steps: readonly Step[]): Step {
  return (run) => {
    const waits: Promise<void>[] = []
    for (const step of steps) {
      const one = step(run)
      if (one) waits.push(one)
    }
    if (waits.length > 1) return Promise.all(waits).then(() => undefined)
    return waits[0]
  }
}
