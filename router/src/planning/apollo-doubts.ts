import { type DocumentNode, type FieldDefinitionNode, parse, visit } from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'
import { namesIn } from '../supergraph/needed-names.ts'
import type { Plan, PlanChoices, PlanEngine } from './planner.ts'

/**
 * Names of fields whose plan Apollo's planner gets wrong: such as require a field of another subgraph that requires one of their own subgraph
 * that requires something itself. It comes back to their subgraph without that.
 */
function doubtfulFields(supergraph: DocumentNode): ReadonlySet<string> {
  const requiring: { readonly field: string; readonly graph: unknown; readonly names: readonly string[] }[] = []
  visit(supergraph, {
    FieldDefinition({ name, directives = [] }: FieldDefinitionNode) {
      for (const directive of directives) {
        const { graph, requires } = argumentsOf(directive)
        if (requires !== undefined) requiring.push({ field: name.value, graph, names: namesIn(requires) })
      }
    },
  })
  const behind = (names: readonly string[]) => requiring.filter(({ field }) => names.includes(field))
  return new Set(
    requiring
      .filter(({ graph, names }) =>
        behind(names).some((other) => other.graph !== graph && behind(other.names).some((back) => back.graph === graph)),
      )
      .map(({ field }) => field),
  )
}

/** Tells of an operation, by its text, whether Apollo's planner is known to get its plan wrong. */
export function apolloDoubts(executionSdl: string): (text: string) => boolean {
  const supergraph = parse(executionSdl, { noLocation: true })
  const doubtful = doubtfulFields(supergraph)
  return (text) => doubtful.size > 0 && selects(parse(text, { noLocation: true }), doubtful)
}

/**
 * An engine that leaves to another what Apollo's planner gets wrong, and what makes it fail.
 * @param openOther opens that one, once it is needed; where it cannot be opened the first plans all
 */
export function helpedEngine(executionSdl: string, engine: PlanEngine, openOther: () => Promise<PlanEngine>): PlanEngine {
  const isDoubtful = apolloDoubts(executionSdl)
  let other: Promise<PlanEngine> | undefined
  async function planOtherwise(text: string, choices: PlanChoices): Promise<Plan> {
    other ??= openOther().catch(() => engine)
    return (await other).plan(text, choices)
  }
  return {
    async plan(text, choices) {
      if (isDoubtful(text)) return planOtherwise(text, choices)
      try {
        return await engine.plan(text, choices)
      } catch (error) {
        return planOtherwise(text, choices).catch(() => Promise.reject(error))
      }
    },
  }
}

function selects(operation: DocumentNode, names: ReadonlySet<string>): boolean {
  let found = false
  visit(operation, {
    Field({ name }) {
      found ||= names.has(name.value)
    },
  })
  return found
}
