import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { fragmentOf, namesUsed } from './names-used.ts'
import type { FetchNode, PlanNode, RequiredSelection, Rewrite } from './planner.ts'
import type { RequiredArguments } from './required-arguments.ts'

/**
 * A fetch of a plan that was made with required calls as fields: it asks for the calls under those names, and gives a subgraph
 * what it requires under the real ones. A fetch whose fields require two calls of one field becomes two.
 */
export function realFetch(required: RequiredArguments, fetch: FetchNode): PlanNode {
  const groups = groupsOf(required, fetch)
  if (groups.length < 2) return realNames(required, fetch)
  return { kind: 'Parallel', nodes: groups.map((group) => realNames(required, partOf(required, fetch, group))) }
}

function realNames({ calls }: RequiredArguments, fetch: FetchNode): FetchNode {
  const renamed = renames(calls, fetch.requires ?? [])
  const asks = [...calls.keys()].some((name) => fetch.operation.includes(name))
  if (renamed.length === 0 && !asks) return fetch
  const operation = visit(parse(fetch.operation, { noLocation: true }), {
    Field(node): FieldNode | undefined {
      const call = calls.get(node.name.value)
      return call && { ...node, alias: node.name, name: { ...node.name, value: call.field }, arguments: call.arguments }
    },
  })
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(operation)),
    ...(renamed.length > 0 && { inputRewrites: [...(fetch.inputRewrites ?? []), ...renamed] }),
  }
}

function renames(
  calls: RequiredArguments['calls'],
  selections: readonly RequiredSelection[],
  path: readonly string[] = [],
): readonly Rewrite[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'InlineFragment') return renames(calls, selection.selections, path)
    const here = [...path, selection.name]
    const call = calls.get(selection.name)
    // From the inside out: a path names what is not renamed yet.
    return [
      ...renames(calls, selection.selections ?? [], here),
      ...(call ? [{ kind: 'KeyRenamer' as const, path: here, renameKeyTo: call.field }] : []),
    ]
  })
}

/** Fields of one fetch that can be asked for together, with the calls that they require. */
interface Group {
  readonly fields: Set<string>
  readonly calls: Set<string>
}

function groupsOf({ calls, needs }: RequiredArguments, { requires, operation, serviceName }: FetchNode): readonly Group[] {
  if (!requires) return []
  const fields = new Set(entityFields(parse(operation, { noLocation: true })).map(({ name }) => name.value))
  const groups: Group[] = []
  for (const field of fields) {
    const needed = needs.get(`${serviceName} ${field}`) ?? new Set<string>()
    const fits = ({ calls: taken }: Group) =>
      [...needed].every((one) => [...taken].every((other) => one === other || calls.get(one)?.field !== calls.get(other)?.field))
    const group = groups.find(fits) ?? { fields: new Set(), calls: new Set() }
    if (group.fields.size === 0) groups.push(group)
    group.fields.add(field)
    for (const one of needed) group.calls.add(one)
  }
  return groups
}

/** Fields at the top of an entity fetch, in whatever fragments they stand. */
export function entityFields(document: DocumentNode): readonly FieldNode[] {
  const walk = (selections: readonly SelectionNode[]): readonly FieldNode[] =>
    selections.flatMap((one) => {
      if (one.kind === Kind.FIELD) return [one]
      return walk(
        one.kind === Kind.INLINE_FRAGMENT
          ? one.selectionSet.selections
          : (fragmentOf(document, one.name.value)?.selectionSet.selections ?? []),
      )
    })
  return walk(entitySelections(document))
}

const operationOf = (document: DocumentNode) =>
  document.definitions.find((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)

function entitySelections(document: DocumentNode): readonly SelectionNode[] {
  const [entities] = operationOf(document)?.selectionSet.selections ?? []
  return entities?.kind === Kind.FIELD ? (entities.selectionSet?.selections ?? []) : []
}

/** The part of a fetch that asks for a group's fields, and requires only what they need. */
function partOf({ calls }: RequiredArguments, fetch: FetchNode, group: Group): FetchNode {
  const document = parse(fetch.operation, { noLocation: true })
  const definition = operationOf(document)
  const [entities] = definition?.selectionSet.selections ?? []
  if (!definition || entities?.kind !== Kind.FIELD || !fetch.requires) return fetch
  const kept = (selections: readonly SelectionNode[]): readonly SelectionNode[] =>
    selections.flatMap((one): readonly SelectionNode[] => {
      if (one.kind === Kind.FIELD) return group.fields.has(one.name.value) ? [one] : []
      const source = one.kind === Kind.INLINE_FRAGMENT ? one : fragmentOf(document, one.name.value)
      const inner = kept(source?.selectionSet.selections ?? [])
      if (!source?.typeCondition || inner.length === 0) return inner
      const { typeCondition } = source
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition,
          directives: one.directives ?? [],
          selectionSet: { kind: Kind.SELECTION_SET, selections: inner },
        },
      ]
    })
  const selectionSet = { kind: Kind.SELECTION_SET as const, selections: kept(entitySelections(document)) }
  const only = { ...entities, selectionSet }
  const used = namesUsed(document, only)
  const operation: DocumentNode = {
    ...document,
    definitions: [
      {
        ...definition,
        selectionSet: { ...definition.selectionSet, selections: [only] },
        variableDefinitions: definition.variableDefinitions?.filter(({ variable }) => used.variables.has(variable.name.value)) ?? [],
      },
      ...document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION && used.fragments.has(one.name.value)),
    ],
  }
  return {
    ...fetch,
    operation: print(operation),
    variableUsages: fetch.variableUsages.filter((name) => used.variables.has(name)),
    requires: needed(fetch.requires, (name) => !calls.has(name) || group.calls.has(name)),
  }
}

function needed(selections: readonly RequiredSelection[], keeps: (name: string) => boolean): readonly RequiredSelection[] {
  return selections.flatMap((one): readonly RequiredSelection[] => {
    if (one.kind === 'Field' && !keeps(one.name)) return []
    if (!one.selections) return [one]
    const inner = needed(one.selections, keeps)
    return inner.length === 0 ? [] : [{ ...one, selections: inner }]
  })
}
