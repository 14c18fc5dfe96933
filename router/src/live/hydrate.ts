import type { FaultCode } from '@vibely/kit/errors'
import type { Caller } from '@vibely/kit/viewer'
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { EVENT_SERVICE } from '../execution/executor.ts'
import { failureErrors } from '../execution/failure-errors.ts'
import type { FetchNode, Plan, PlanNode, SubscriptionNode } from '../planning/planner.ts'
import { type Source, SourceFailure, type SubgraphAnswer, type SubgraphRequest } from '../sources/source.ts'
import { asOneField } from './one-field.ts'

type Json = Readonly<Record<string, unknown>>

/** The plan of a subscription as a plan for one event: the event stands in for the primary fetch. */
export function eventPlan({ primary, rest }: SubscriptionNode): Plan {
  const event: FetchNode = { ...primary, serviceName: EVENT_SERVICE }
  const nodes: PlanNode[] = rest ? [event, rest] : [event]
  return { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } }
}

/** Answers the primary fetch from one event. @param onUnclear told of a field whose object does not say what it is */
export type EventSources = (payload: Json, onUnclear: (field: string) => void) => Source

/**
 * Answers the primary fetch of a subscription from an event. The event holds ids and `__typename`; an object of which
 * more is selected than the event holds is read from the subgraph that owns the subscription, as the entity it is.
 * @param isKeyed whether that subgraph can tell which entity an object is
 */
export function eventSources(schema: GraphQLSchema, primary: FetchNode, owner: Source, isKeyed: (entity: Json) => boolean): EventSources {
  const document = parse(primary.operation, { noLocation: true })
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  )
  const root = operation?.selectionSet.selections.find((selection) => selection.kind === Kind.FIELD)
  const selected = root?.selectionSet
  if (!operation || !root || !selected) throw new Error('a subscription was planned without a root field')
  const rootName = root.alias?.value ?? root.name.value
  const rootType = schema.getSubscriptionType()?.getFields()[root.name.value]?.type
  // By what is selected, not by where: conditions may leave another selection under the same name.
  const queries = new WeakMap<SelectionSetNode, Map<string, string>>()

  /** Fields that apply to a value, with fragments opened and `@skip` and `@include` decided. */
  function* selectionsOf(set: SelectionSetNode, typeName: unknown, variables: Json): Generator<FieldNode> {
    for (const selection of set.selections) {
      if (!included(selection, variables)) continue
      if (selection.kind === Kind.FIELD) yield selection
      else if (selection.kind === Kind.INLINE_FRAGMENT && applies(schema, selection.typeCondition?.name.value, typeName)) {
        yield* selectionsOf(selection.selectionSet, typeName, variables)
      }
    }
  }

  /** The same, with those that are one field in the answer as one. */
  function fieldsOf(set: SelectionSetNode, typeName: unknown, variables: Json): readonly FieldNode[] {
    const fields = new Map<string, FieldNode>()
    for (const field of selectionsOf(set, typeName, variables)) {
      const name = responseName(field)
      const known = fields.get(name)
      fields.set(name, known ? asOneField(known, field) : field)
    }
    return [...fields.values()]
  }

  function holds(set: SelectionSetNode, value: unknown, variables: Json): boolean {
    if (value === null) return true
    if (Array.isArray(value)) return value.every((item) => holds(set, item, variables))
    if (!isJson(value)) return false
    return fieldsOf(set, value.__typename, variables).every(({ name, arguments: args, selectionSet }) => {
      const inner = value[name.value]
      // A field with arguments is somebody's computation, not a part of what happened.
      return inner !== undefined && !args?.length && (!selectionSet || holds(selectionSet, inner, variables))
    })
  }

  function project(set: SelectionSetNode, value: unknown, variables: Json): unknown {
    if (Array.isArray(value)) return value.map((item) => project(set, item, variables))
    if (!isJson(value)) return null
    // No assignment: a client may call a field `__proto__`.
    return Object.fromEntries(
      fieldsOf(set, value.__typename, variables).map((field) => {
        const inner = value[field.name.value] ?? null
        return [responseName(field), field.selectionSet ? project(field.selectionSet, inner, variables) : inner]
      }),
    )
  }

  function entityQuery(set: SelectionSetNode, typeName: string): string {
    const ofSet = queries.get(set) ?? new Map<string, string>()
    queries.set(set, ofSet)
    const known = ofSet.get(typeName)
    if (known !== undefined) return known
    const used = new Set<string>()
    visit(set, { Variable: ({ name }) => void used.add(name.value) })
    const definitions = operation?.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? []
    const variables = ['$representations: [_Any!]!', ...definitions.map(print)].join(', ')
    const query = `query (${variables}) { _entities(representations: $representations) { ... on ${typeName} ${print(set)} } }`
    ofSet.set(typeName, query)
    return query
  }

  return (event, onUnclear) => ({
    name: owner.name,
    async fetch(asked, caller, signal): Promise<SubgraphAnswer> {
      const variables = withDefaults(document, asked.variables)
      const payload = namingTypes(rootType, event) as Json
      const errors: NonNullable<SubgraphAnswer['errors']>[number][] = []
      const complete = async (
        field: FieldNode,
        set: SelectionSetNode,
        value: unknown,
        path: readonly (string | number)[],
      ): Promise<unknown> => {
        if (Array.isArray(value)) return Promise.all(value.map((item, index) => complete(field, set, item, [...path, index])))
        if (value === null || holds(set, value, variables)) return project(set, value, variables)
        const entity = isJson(value) ? scalarsOf(value) : {}
        const typeName = entity.__typename
        if (typeof typeName !== 'string' || !isKeyed(entity)) {
          onUnclear(field.name.value)
          errors.push({ message: 'The event does not say what this is.', path, extensions: { code: 'INTERNAL' satisfies FaultCode } })
          return null
        }
        const request: SubgraphRequest = {
          query: entityQuery(set, typeName),
          variables: asked.variables,
          representations: [JSON.stringify(entity)],
          asOf: asked.asOf,
        }
        const answer = await orErrors(owner, request, caller, signal)
        // What the entity fetch says of `_entities.0` is about this field.
        for (const error of answer.errors ?? []) errors.push({ ...error, path: [...path, ...(error.path ?? []).slice(2)] })
        const [found] = (answer.data?._entities ?? []) as readonly (Json | null)[]
        return found ? { __typename: typeName, ...found } : null
      }
      const fields = fieldsOf(selected, payload.__typename, variables)
      const values = await Promise.all(
        fields.map((field) => {
          const value = payload[field.name.value] ?? null
          return field.selectionSet ? complete(field, field.selectionSet, value, [rootName, responseName(field)]) : value
        }),
      )
      const result = Object.fromEntries(fields.map((field, index) => [responseName(field), values[index]]))
      return { data: { [rootName]: result }, ...(errors.length > 0 && { errors }) }
    },
    [Symbol.asyncDispose]: async () => {},
  })
}

/** The answer, or errors where it should have been. */
async function orErrors(owner: Source, request: SubgraphRequest, caller: Caller, signal: AbortSignal): Promise<SubgraphAnswer> {
  try {
    return await owner.fetch(request, caller, signal)
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error
    return { errors: failureErrors(error.code, owner.name, request) }
  }
}

/** The value with `__typename` wherever the schema leaves no choice: an event need not say it there. */
function namingTypes(type: GraphQLOutputType | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => namingTypes(type, item))
  const named = getNamedType(type)
  if (!isJson(value) || !isObjectType(named)) return value
  const fields = named.getFields()
  const parts = Object.entries(value).map(([name, part]) => [name, namingTypes(fields[name]?.type, part)])
  return { __typename: named.name, ...Object.fromEntries(parts) }
}

const responseName = ({ alias, name }: FieldNode) => alias?.value ?? name.value

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const scalarsOf = (value: Json) => Object.fromEntries(Object.entries(value).filter(([, part]) => typeof part !== 'object'))

function included(node: { readonly directives?: readonly DirectiveNode[] }, variables: Json): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false
  )
}

/** Whether a fragment's condition holds for a type. Without a name the value is what the schema says it is. */
function applies(schema: GraphQLSchema, condition: string | undefined, typeName: unknown): boolean {
  if (condition === undefined || typeof typeName !== 'string' || condition === typeName) return true
  const wider = schema.getType(condition)
  const narrower = schema.getType(typeName)
  return isAbstractType(wider) && isObjectType(narrower) && schema.isSubType(wider, narrower)
}

function withDefaults(document: DocumentNode, given: Json): Json {
  const definitions = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
  )
  const defaults = definitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  )
  return { ...Object.fromEntries(defaults), ...given }
}
