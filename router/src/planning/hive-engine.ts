import { type ASTNode, type DirectiveNode, type DocumentNode, type FieldNode, Kind, parse, print, visit } from 'graphql'
import { rootTypes } from '../supergraph/root-types.ts'
import { apolloDoubts } from './apollo-doubts.ts'
import { isCondition, nestsConditions } from './conditions.ts'
import { hiveDoubts, isOutOfOrder } from './hive-doubts.ts'
import { hivePlan } from './hive-plan.ts'
import type { HivePlanner } from './hive-planner.ts'
import type { Plan, PlanChoices, PlanEngine } from './planner.ts'
import { withFetches } from './repaired-engine.ts'
import { withConditionsAtRootFields } from './root-conditions.ts'
import { separateUnmerged } from './unmerged-fields.ts'

/**
 * The planner of Hive Router. It knows no `@defer`: such answers come whole.
 * What it gets wrong, or does not get at all, the other engine plans.
 * @param planAlone the planner itself
 * @param openOther opens that engine, once it is needed
 */
export function hiveEngine(executionSdl: string, planAlone: HivePlanner, openOther: () => Promise<PlanEngine>): PlanEngine {
  const doubts = hiveDoubts(executionSdl)
  const isBeyondOther = apolloDoubts(executionSdl)
  const supergraph = parse(executionSdl, { noLocation: true })
  const hidesTypes = hasInaccessibleTypes(supergraph)
  const roots = new Set(rootTypes(supergraph).values())
  const separate = separateUnmerged(supergraph)
  let other: Promise<PlanEngine> | undefined

  async function tryPlan(text: string, { labels }: PlanChoices): Promise<Plan | null> {
    const document = parse(text, { noLocation: true })
    const asked = withoutUnfetched(document, hidesTypes)
    const fetched = asked && withConditionsAtRootFields(asked, (typeName) => roots.has(typeName))
    if (!fetched) return { kind: 'QueryPlan' }
    // Few conditions inside of conditions are planned wrongly: what the other engine would get wrong for sure stays here.
    if (doubts.about(fetched) || (nestsConditions(fetched) && !isBeyondOther(text))) return null
    try {
      const plan = hivePlan(await planAlone(print(fetched), labels))
      return isOutOfOrder(fetched, plan) ? null : separate ? withFetches(plan, separate) : plan
    } catch {
      return null
    }
  }

  return {
    async plan(text, choices) {
      const plan = await tryPlan(text, choices)
      if (plan) return plan
      other ??= openOther()
      return (await other).plan(text, { ...choices, defer: false })
    },
  }
}

/**
 * The operation without what no subgraph is asked for, which this planner does not know how to leave out; null when nothing is left.
 * @param typed ask every object for its type: the planner asks where it needs to know, and one that no client may see is to be known
 */
function withoutUnfetched(document: DocumentNode, typed: boolean): DocumentNode | null {
  let empty = false
  const rest = visit(document, {
    Field: {
      enter: withoutOwnName,
      leave(field) {
        const name = field.name.value
        if (name === '__schema' || name === '__type') return null
        // It is written from the type that the data name: under which names, and whether, is no matter here.
        return name === '__typename' ? TYPENAME : decided(field)
      },
    },
    InlineFragment: { leave: decided },
    FragmentSpread: { leave: decided },
    SelectionSet: {
      leave: (set) => (typed || set.selections.length === 0 ? { ...set, selections: [TYPENAME, ...set.selections] } : undefined),
    },
    OperationDefinition: {
      leave(operation) {
        const selections = operation.selectionSet.selections.filter((one) => one.kind !== Kind.FIELD || one.name.value !== '__typename')
        empty = selections.length === 0
        return { ...operation, selectionSet: { ...operation.selectionSet, selections } }
      },
    },
  })
  return empty ? null : rest
}

const hasInaccessibleTypes = (supergraph: DocumentNode): boolean =>
  supergraph.definitions.some(
    (one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && (one.directives ?? []).some(({ name }) => name.value === 'inaccessible'),
  )

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/** `name: name` is another field than `name` for the planner: it asks for both under one name, or breaks. */
function withoutOwnName({ alias, ...field }: FieldNode): FieldNode | undefined {
  return alias?.value === field.name.value ? field : undefined
}

/** Null where a literal `@skip` or `@include` leaves the selection out. */
function decided<T extends ASTNode & { readonly directives?: readonly DirectiveNode[] }>(selection: T): T | null | undefined {
  const literals = (selection.directives ?? []).flatMap((directive) => {
    const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value
    return value?.kind === Kind.BOOLEAN && isCondition(directive)
      ? [{ directive, kept: value.value === (directive.name.value === 'include') }]
      : []
  })
  if (literals.length === 0) return undefined
  if (literals.some(({ kept }) => !kept)) return null
  return { ...selection, directives: selection.directives?.filter((one) => !literals.some(({ directive }) => directive === one)) ?? [] }
}
