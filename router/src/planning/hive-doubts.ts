import { type DocumentNode, type FieldNode, Kind, parse, visit } from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'
import { namesIn } from '../supergraph/needed-names.ts'
import { isCondition } from './conditions.ts'
import { callsDiffer } from './differing-calls.ts'
import { interfaceObjectDoubts } from './interface-object-doubts.ts'
import type { Plan, PlanNode } from './planner.ts'

/** What Hive Router's planner is known to get wrong. Each case stands in the tests of federation. */
export interface HiveDoubts {
  /** True for an operation whose plan would be wrong. */
  about(operation: DocumentNode): boolean
}

/**
 * Reads from a supergraph which fields are beyond the planner: such as take arguments from what stands around them, of which it knows
 * nothing, such as require a field that takes arguments, which it gives to one that asks for other arguments, too, and some under conditions.
 */
export function hiveDoubts(executionSdl: string): HiveDoubts {
  const contextual = new Set<string>()
  /** Names of fields with `@requires` on an interface that is an object there. In fragments and under conditions the planner forgets what they require. */
  const onInterfaces = new Set<string>()
  const takingArguments = new Set<string>()
  /** Names of fields with `@requires`, and of what each requires. */
  const requiring: { readonly name: string; readonly names: readonly string[] }[] = []
  const supergraph = parse(executionSdl, { noLocation: true })
  const aboutInterfaceObjects = interfaceObjectDoubts(supergraph)
  visit(supergraph, {
    InterfaceTypeDefinition({ fields = [] }) {
      for (const { name, directives = [] } of fields)
        if (directives.some((directive) => argumentsOf(directive).requires !== undefined)) onInterfaces.add(name.value)
    },
    FieldDefinition({ name, arguments: given = [], directives = [] }) {
      if (directives.some((directive) => argumentsOf(directive).contextArguments !== undefined)) contextual.add(name.value)
      if (given.length > 0) takingArguments.add(name.value)
      const names = directives.flatMap((directive) => namesIn(argumentsOf(directive).requires))
      if (names.length > 0) requiring.push({ name: name.value, names })
    },
  })
  const requiringArguments = new Set(
    requiring.filter(({ names }) => names.some((name) => takingArguments.has(name))).map(({ name }) => name),
  )

  const isDoubtful = ({ name: { value: name } }: FieldNode): boolean => contextual.has(name) || requiringArguments.has(name)

  return {
    about(operation) {
      let doubtful = false
      let onInterface = false
      let intricate = false
      visit(operation, {
        Field(field) {
          doubtful ||= isDoubtful(field)
          onInterface ||= onInterfaces.has(field.name.value)
        },
        InlineFragment() {
          intricate = true
        },
        FragmentDefinition() {
          intricate = true
        },
        Directive(directive) {
          intricate ||= isCondition(directive)
          // It leaves out those that subgraphs define.
          doubtful ||= !OF_GRAPHQL.has(directive.name.value)
        },
      })
      return doubtful || (onInterface && intricate) || aboutInterfaceObjects(operation) || callsDiffer(operation)
    },
  }
}

/** Those that a plan obeys. */
const OF_GRAPHQL: ReadonlySet<string> = new Set(['skip', 'include', 'defer'])

/** True for the plan of several mutations where what one of them needs of other subgraphs would be fetched after the next. */
export function isOutOfOrder(operation: DocumentNode, { node }: Plan): boolean {
  const definition = operation.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (definition?.operation !== 'mutation' || definition.selectionSet.selections.length === 1) return false
  return node !== undefined && node.kind !== 'Subscription' && hasEntityFetch(node)
}

function hasEntityFetch(node: PlanNode): boolean {
  if (node.kind === 'Sequence' || node.kind === 'Parallel') return node.nodes.some(hasEntityFetch)
  return node.kind !== 'Fetch'
}
