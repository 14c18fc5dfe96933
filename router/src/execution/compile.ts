import { clientName } from '../operations/data-names.ts'
import type { PlanNode } from '../planning/planner.ts'
import { compileDefer } from './defer.ts'
import { compileFetch, type FetchOptions, type Step } from './fetch.ts'
import { type PlanPath, planPath } from './paths.ts'

/** Compiles a plan's node, and all below it, for the objects at a path. */
export function compile(options: FetchOptions, node: PlanNode, path: PlanPath = []): Step {
  switch (node.kind) {
    case 'Fetch': {
      const { id } = node
      const fetch = compileFetch(options, node, path)
      if (id === undefined) return fetch
      return async (run) => {
        await fetch(run)
        run.deferral?.fetched(id)
      }
    }
    case 'Flatten':
      return compile(options, node.node, [...path, ...planPath(options.supergraphSchema, node.path)])
    case 'Sequence': {
      const steps = node.nodes.map((one) => compile(options, one, path))
      return async (run) => {
        for (const step of steps) await step(run)
      }
    }
    case 'Parallel': {
      const steps = node.nodes.map((one) => compile(options, one, path))
      return async (run) => void (await Promise.all(steps.map((step) => step(run))))
    }
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
