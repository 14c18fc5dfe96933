import type {
  FetchRewrite,
  EntityBatchAlias as HiveAlias,
  BatchFetchNode as HiveBatch,
  FetchNode as HiveFetch,
  PlanNode as HiveNode,
  QueryPlan as HivePlan,
  RequiresSelection as HiveRequires,
  FetchNodePathSegment as RewriteSegment,
  FlattenNodePathSegment as Segment,
} from '@graphql-hive/router-query-planner'
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { type NamesUsed, namesUsed } from './names-used.ts'
import type { FetchNode, Plan, PlanNode, RequiredSelection, ResponsePath, Rewrite } from './planner.ts'

/** A plan of Hive Router's planner as one of ours. */
export function hivePlan({ node }: HivePlan): Plan {
  if (!node) return { kind: 'QueryPlan' }
  // Theirs is a sequence that begins with the subscription, not a subscription that holds the rest.
  const [first, ...others] = node.kind === 'Sequence' ? node.nodes : [node]
  if (first?.kind !== 'Subscription') return { kind: 'QueryPlan', node: planNode(node) }
  const rest = others.length === 0 ? undefined : planNode({ kind: 'Sequence', nodes: others })
  return { kind: 'QueryPlan', node: { kind: 'Subscription', primary: fetchNode(first.primary), rest } }
}

function planNode(node: HiveNode): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return fetchNode(node)
    case 'BatchFetch':
      return { kind: 'Parallel', nodes: node.entityBatch.aliases.flatMap((alias) => entityFetches(node, alias)) }
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map(planNode) }
    case 'Flatten':
      return { kind: 'Flatten', path: responsePath(node.path), node: planNode(node.node) }
    case 'Condition':
      return {
        kind: 'Condition',
        condition: node.condition,
        ifClause: node.ifClause && planNode(node.ifClause),
        elseClause: node.elseClause && planNode(node.elseClause),
      }
    case 'Defer':
    case 'Subscription':
      throw new Error(`the plan has a ${node.kind} node where none can be`)
  }
}

const fetchNode = (node: HiveFetch): FetchNode => ({
  kind: 'Fetch',
  serviceName: node.serviceName,
  variableUsages: node.variableUsages ?? [],
  operation: node.operation,
  operationName: node.operationName,
  operationKind: node.operationKind ?? 'query',
  ...(node.requires && { requires: node.requires.map(required) }),
  ...rewritesOf(node),
})

/** One alias of a batch as entity fetches of its own, one a path. What starts in one turn goes out as one request anyway: the sources see to that. */
function entityFetches(batch: HiveBatch, { alias, representationsVariableName, paths, ...input }: HiveAlias): readonly PlanNode[] {
  const { serviceName, operationName } = batch
  const { operation, variableUsages } = onlyAlias(batch.operation, alias, representationsVariableName)
  const fetch = fetchNode({
    kind: 'Fetch',
    serviceName,
    variableUsages,
    operation,
    ...(operationName !== undefined && { operationName }),
    ...input,
  })
  return paths.map((path) => ({ kind: 'Flatten', path: responsePath(path), node: fetch }))
}

function onlyAlias(batched: string, alias: string, representations: string): { operation: string; variableUsages: string[] } {
  const document = parse(batched, { noLocation: true })
  const isAlias = (one: SelectionNode): one is FieldNode => one.kind === Kind.FIELD && one.alias?.value === alias
  let used: NamesUsed = { variables: new Set(), fragments: new Set() }
  const withField = visit(document, {
    OperationDefinition(definition): OperationDefinitionNode {
      const { alias: _, ...field } = definition.selectionSet.selections.find(isAlias) ?? raise(`a batch lacks its alias ${alias}`)
      used = namesUsed(document, field)
      const variableDefinitions = definition.variableDefinitions?.filter(({ variable }) => used.variables.has(variable.name.value)) ?? []
      return { ...definition, variableDefinitions, selectionSet: { kind: Kind.SELECTION_SET, selections: [field] } }
    },
  })
  const alone = visit(withField, {
    FragmentDefinition: ({ name }) => (used.fragments.has(name.value) ? undefined : null),
    Variable: (node) => (node.name.value === representations ? { ...node, name: { ...node.name, value: 'representations' } } : undefined),
  })
  const variableUsages = [...used.variables].filter((name) => name !== representations)
  return { operation: stripIgnoredCharacters(print(alone)), variableUsages }
}

function raise(message: string): never {
  throw new Error(message)
}

const rewritesOf = ({ inputRewrites, outputRewrites }: Pick<HiveFetch, 'inputRewrites' | 'outputRewrites'>) => ({
  ...(inputRewrites && { inputRewrites: inputRewrites.flatMap(rewrites) }),
  ...(outputRewrites && { outputRewrites: outputRewrites.flatMap(rewrites) }),
})

const responsePath = (path: readonly Segment[]): ResponsePath =>
  path.map((segment) => {
    if (segment === '@') return segment
    return 'Field' in segment ? segment.Field : `|[${segment.TypeCondition.join()}]`
  })

/** One of theirs may name several types at a step; ours names one. */
function rewrites(rewrite: FetchRewrite): readonly Rewrite[] {
  if ('KeyRenamer' in rewrite) {
    const { path, renameKeyTo } = rewrite.KeyRenamer
    return rewritePaths(path).map((one) => ({ kind: 'KeyRenamer', path: one, renameKeyTo }))
  }
  const { path, setValueTo } = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite
  return rewritePaths(path).map((one) => ({ kind: 'ValueSetter', path: one, setValueTo }))
}

const rewritePaths = (path: readonly RewriteSegment[]): readonly (readonly string[])[] =>
  path.reduce<readonly (readonly string[])[]>(
    (paths, segment) => {
      const steps = 'Key' in segment ? [segment.Key] : segment.TypenameEquals.map((type) => `... on ${type}`)
      return paths.flatMap((before) => steps.map((step) => [...before, step]))
    },
    [[]],
  )

function required(selection: HiveRequires): RequiredSelection {
  switch (selection.kind) {
    case 'Field':
      return {
        kind: 'Field',
        name: selection.name,
        ...(selection.alias !== undefined && { alias: selection.alias }),
        ...(selection.selections && { selections: selection.selections.map(required) }),
      }
    case 'InlineFragment':
      return { kind: 'InlineFragment', typeCondition: selection.typeCondition, selections: selection.selections.map(required) }
    case 'FragmentSpread':
      throw new Error('the plan requires a fragment without its definition')
  }
}
