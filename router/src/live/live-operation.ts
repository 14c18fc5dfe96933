import { Fault, fault } from '@vibely/kit/errors'
import { type FieldNode, GraphQLError, getArgumentValues, Kind, type SelectionSetNode, visit } from 'graphql'
import { keyCheck } from '../execution/entity-keys.ts'
import type { PreparedOperation } from '../operations/prepare.ts'
import type { FetchNode } from '../planning/planner.ts'
import type { Source } from '../sources/source.ts'
import type { LiveSource } from '../supergraph/live-index.ts'
import { type EventSources, eventPlan, eventSources } from './hydrate.ts'
import { isSameForAll } from './sharing.ts'

type Values = Readonly<Record<string, unknown>>

/** What all subscriptions of one operation have in common. */
export interface LiveOperation {
  /** Tells operations apart within this process. */
  readonly id: number
  readonly field: FieldNode
  readonly primary: FetchNode
  /** Null for a field without `@live`. */
  readonly source: LiveSource | null
  /** The operation as it runs for one event. */
  readonly forEvents: PreparedOperation
  /** The source that answers the primary fetch from an event's payload. */
  readonly sourceOf: EventSources
  /** True when nothing that is selected depends on who asks. */
  readonly isShared: boolean
  argumentsOf(coerced: Values): Values
  /** The variables as text, without the one that says where a client has been: equal for those who get the same bytes. */
  variablesKey(given: Values): string
}

let count = 0
const known = new WeakMap<PreparedOperation, LiveOperation>()

/**
 * Reads a planned subscription, each once.
 * @param sourceNamed the source of a subgraph
 * @throws Fault BAD_REQUEST for a root field that could be absent, or is no event
 */
export function liveOperation(operation: PreparedOperation, sourceNamed: (name: string) => Source | undefined): LiveOperation {
  const { state } = operation
  const read = known.get(operation)
  if (read) return read
  const field = rootField(operation)
  const definition = state.apiSchema.getSubscriptionType()?.getFields()[field.name.value]
  const { node } = operation.plan
  if (node?.kind !== 'Subscription' || !definition) throw fault('BAD_REQUEST', 'This field has no live events.')
  const owner = sourceNamed(node.primary.serviceName)
  if (!owner) throw fault('SUBGRAPH_UNAVAILABLE')
  const source = state.live.get(field.name.value) ?? null
  // Only what is kept is resumed: elsewhere `after` is an argument like any other.
  const after = source?.replay ? placeVariable(operation, field) : undefined
  const names = (operation.definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value).filter((name) => name !== after)
  count += 1
  const made: LiveOperation = {
    id: count,
    field,
    primary: node.primary,
    source,
    forEvents: { ...operation, plan: eventPlan(node) },
    sourceOf: eventSources(state.apiSchema, node.primary, owner, keyCheck(state.supergraphSchema, node.primary.serviceName)),
    isShared: operation.refusals.length === 0 && isSameForAll(state, operation, field),
    argumentsOf(coerced) {
      try {
        return getArgumentValues(definition, field, coerced)
      } catch (error) {
        if (error instanceof GraphQLError && !(error instanceof Fault)) throw fault('BAD_USER_INPUT', error.message)
        throw error
      }
    },
    variablesKey: (given) => JSON.stringify(names.map((name) => given[name])),
  }
  known.set(operation, made)
  return made
}

/** The one root field. @throws Fault when it could be absent: a subscription without a field is none. */
export function rootField({ definition, document }: PreparedOperation): FieldNode {
  const open = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.directives?.length) throw fault('BAD_REQUEST', 'The field of a subscription takes no directives.')
      if (selection.kind === Kind.FIELD) return [selection]
      if (selection.kind === Kind.INLINE_FRAGMENT) return open(selection.selectionSet)
      const fragment = document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value)
      return fragment?.kind === Kind.FRAGMENT_DEFINITION ? open(fragment.selectionSet) : []
    })
  const [field, ...others] = open(definition.selectionSet)
  if (!field || others.length > 0) throw fault('BAD_REQUEST', 'A subscription has one root field.')
  return field
}

/** The variable behind the argument `after`, when it is used nowhere else. */
function placeVariable({ document }: PreparedOperation, field: FieldNode): string | undefined {
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value
  if (after?.kind !== Kind.VARIABLE) return undefined
  let uses = 0
  visit(document, {
    Variable({ name }) {
      if (name.value === after.name.value) uses += 1
    },
  })
  // Once where it is defined, once where it is used.
  return uses === 2 ? after.name.value : undefined
}
