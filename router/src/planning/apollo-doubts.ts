import { type DocumentNode, type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode, parse, print, visit } from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'
import { namesIn } from '../supergraph/needed-names.ts'
import { hasCondition } from './conditions.ts'
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

/**
 * Names of fields that do not merge below one abstract type: a subgraph has them with `!` on one of its types and without on another. The
 * planner gives such fields other names, but not under conditions: what it would send then is refused.
 */
function unmergedFields(supergraph: DocumentNode): ReadonlySet<string> {
  const objects = new Map(
    supergraph.definitions.flatMap((one) => (one.kind === Kind.OBJECT_TYPE_DEFINITION ? [[one.name.value, one] as const] : [])),
  )
  const found = new Set<string>()
  for (const one of supergraph.definitions) {
    const kinds =
      one.kind === Kind.UNION_TYPE_DEFINITION
        ? (one.types ?? []).flatMap(({ name }) => objects.get(name.value) ?? [])
        : one.kind === Kind.INTERFACE_TYPE_DEFINITION
          ? [...objects.values()].filter(({ interfaces = [] }) => interfaces.some(({ name }) => name.value === one.name.value))
          : []
    const known = new Map<string, string>()
    for (const { name: field, graph, type } of kinds.flatMap(fieldsByGraph)) {
      const place = `${graph} ${field}`
      if ((known.get(place) ?? type) !== type) found.add(field)
      known.set(place, type)
    }
  }
  return found
}

/** The fields of a type as each of its subgraphs has them. */
function fieldsByGraph({ directives = [], fields = [] }: ObjectTypeDefinitionNode) {
  const graphs = directives.flatMap((directive) => (directive.name.value === 'join__type' ? [argumentsOf(directive).graph] : []))
  return fields.flatMap(({ name, type, directives: joins = [] }) => {
    const own = joins.flatMap((directive) => (directive.name.value === 'join__field' ? [argumentsOf(directive)] : []))
    const places = own.length > 0 ? own : graphs.map((graph) => ({ graph, type: undefined }))
    return places.map(({ graph, type: given }) => ({ name: name.value, graph: String(graph), type: String(given ?? print(type)) }))
  })
}

/** Tells of an operation, by its text, whether Apollo's planner is known to get its plan wrong. */
export function apolloDoubts(executionSdl: string): (text: string) => boolean {
  const supergraph = parse(executionSdl, { noLocation: true })
  const doubtful = doubtfulFields(supergraph)
  const unmerged = unmergedFields(supergraph)
  return (text) => {
    if (doubtful.size === 0 && !(unmerged.size > 0 && hasCondition(text))) return false
    const operation = parse(text, { noLocation: true })
    return selects(operation, doubtful) || (hasCondition(text) && selects(operation, unmerged))
  }
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
