import { createHash } from 'node:crypto'
import { type GraphQLSchema, parse } from 'graphql'
import type { PlanEngineName, Planner } from '../planning/planner.ts'
import { threadPlanner } from '../planning/thread-planner.ts'
import { type CostIndex, costIndex } from './cost-index.ts'
import { type LiveIndex, liveIndex } from './live-index.ts'
import { loadSupergraph } from './load.ts'
import { loginFields } from './login-fields.ts'
import { neededNames } from './needed-names.ts'
import { operationDirectives, withOperationDirectives } from './operation-directives.ts'
import { overrideLabels } from './override-labels.ts'
import { type PolicyIndex, policyIndex } from './policy-index.ts'
import { type SharingIndex, sharingIndex } from './sharing-index.ts'
import { stripSupergraph } from './strip.ts'
import { type JoinedSubgraph, joinedSubgraphs } from './subgraphs.ts'

/** Everything that follows from one supergraph. Immutable: another supergraph is another state. Disposing ends its planner. */
export interface SchemaState extends AsyncDisposable {
  /** Tells one supergraph from another, the same on every instance. */
  readonly id: string
  /** What `ApolloGateway` loads and the planner plans on. */
  readonly executionSdl: string
  /** The supergraph's own schema, with the types of the join. */
  readonly supergraphSchema: GraphQLSchema
  /** What clients see, `@defer` included. */
  readonly apiSchema: GraphQLSchema
  readonly subgraphs: readonly JoinedSubgraph[]
  readonly policies: PolicyIndex
  readonly costs: CostIndex
  /** Names of the root fields that try a credential. */
  readonly loginFields: ReadonlySet<string>
  /** Names of directives in operations that are no business of planners and subgraphs. */
  readonly unplannedDirectives: ReadonlySet<string>
  /** Names in the joined data that are taken. */
  readonly neededNames: ReadonlySet<string>
  /** Labels of progressive overrides: which hold is part of a plan. */
  readonly overrideLabels: readonly string[]
  readonly live: LiveIndex
  readonly sharing: SharingIndex
  readonly planner: Planner
}

/** Builds the state of a policy supergraph. Throws when it is not one. */
export function buildSchemaState(policySdl: string, options: { readonly engine?: PlanEngineName } = {}): SchemaState {
  const executionSdl = stripSupergraph(policySdl)
  const supergraph = loadSupergraph(executionSdl)
  const document = parse(policySdl)
  const directives = operationDirectives(document)
  const planner = threadPlanner({ engine: options.engine ?? 'apollo', executionSdl })
  return Object.freeze({
    id: createHash('sha256').update(policySdl).digest('base64url').slice(0, 12),
    executionSdl,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema: withOperationDirectives(supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true }), directives),
    unplannedDirectives: new Set(directives.map(({ name }) => name.value)),
    subgraphs: joinedSubgraphs(document),
    policies: policyIndex(document),
    costs: costIndex(document),
    loginFields: loginFields(document),
    neededNames: neededNames(document),
    overrideLabels: overrideLabels(document),
    live: liveIndex(document),
    sharing: sharingIndex(document),
    planner,
    [Symbol.asyncDispose]: () => planner[Symbol.asyncDispose](),
  })
}
