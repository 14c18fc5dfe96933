import { createLogger, type Logger } from '@vibely/kit/logger'
import { buildSchema, type Subgraph } from '@vibely/kit/subgraph'
import { ANONYMOUS } from '@vibely/kit/viewer'
import { GraphQLError, type GraphQLSchema, parse } from 'graphql'
import type { Answer } from '../../src/execution/answer.ts'
import type { Executor } from '../../src/execution/executor.ts'
import { run } from '../../src/execution/run.ts'
import { InvalidOperation } from '../../src/operations/invalid-operation.ts'
import type { Operations } from '../../src/operations/prepare.ts'
import { helpedEngine } from '../../src/planning/apollo-doubts.ts'
import { apolloEngine } from '../../src/planning/apollo-engine.ts'
import { hiveEngine } from '../../src/planning/hive-engine.ts'
import { hivePlanner } from '../../src/planning/hive-planner.ts'
import { NO_CHOICES, type PlanEngineName } from '../../src/planning/planner.ts'
import { repairedEngine } from '../../src/planning/repaired-engine.ts'
import { localSource } from '../../src/sources/local-source.ts'
import type { Source } from '../../src/sources/source.ts'
import { composeSupergraph } from '../../src/supergraph/compose.ts'
import { buildSchemaState, type SchemaState } from '../../src/supergraph/schema-state.ts'
import type { Example, Suite, SuiteSubgraph } from './suite.ts'

export type ExecutorFactory = (state: SchemaState, sources: readonly Source[], logger: Logger) => Executor

export const silent = createLogger({ service: 'test', level: 'silent' })

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@extends", "@tag", "@composeDirective", "@context", "@fromContext"
])\n`

const sdlOf = ({ sdl, federation1 }: SuiteSubgraph) => (federation1 ? sdl : LINK + sdl)

/** What a suite's subgraphs compose to. */
export const supergraphOf = (suite: Suite): string => {
  const definitions = Object.entries(suite.subgraphs()).map(([name, subgraph]) => ({
    name,
    url: `http://${name}.invalid`,
    sdl: sdlOf(subgraph),
  }))
  return composeSupergraph(definitions).supergraphSdl
}

/** A suite's subgraphs in this process, over fresh data. */
export const subgraphsOf = (suite: Suite): readonly Subgraph[] =>
  Object.entries(suite.subgraphs()).map(([name, subgraph]) => ({
    name,
    schema: schemaOf(subgraph),
    logger: silent,
    contextFor: (caller) => caller,
    ready: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }))

function schemaOf(subgraph: SuiteSubgraph): GraphQLSchema {
  const schema = buildSchema(parse(sdlOf(subgraph)), subgraph.resolvers ?? {})
  const entities = schema.getQueryType()?.getFields()._entities
  if (subgraph.losesEntities && entities) entities.resolve = () => Promise.reject(new Error('no entities today'))
  return schema
}

export const localSources = (suite: Suite): readonly Source[] => subgraphsOf(suite).map((subgraph) => localSource(subgraph, silent))

/** What Apollo's planner says of a field that no subgraph gives. */
const NO_PLAN = /^Was not able to find any options/

/** Prepares and runs an operation; a refusal of the whole document is an answer without data, and so is one that has no plan. */
export async function answerOf(
  state: SchemaState,
  operations: Operations,
  executor: Executor,
  { query, variables = {}, labels }: Pick<Example, 'query' | 'variables' | 'labels'>,
): Promise<Answer> {
  try {
    const operation = await operations.prepare(query, null, null, true, labels ? { labels, defer: false } : NO_CHOICES)
    return await run(state.apiSchema, executor, silent, { operation, variables, caller: ANONYMOUS, signal: new AbortController().signal })
  } catch (error) {
    if (error instanceof InvalidOperation) return { data: undefined, errors: error.errors }
    if (error instanceof Error && NO_PLAN.test(error.message)) return { data: undefined, errors: [new GraphQLError(error.message)] }
    throw error
  }
}

/**
 * The state of a supergraph, which plans in this thread: tests open many, and give a plan all the time that it takes.
 * @param planner `stock` is Apollo's as it comes
 */
export function openState(supergraphSdl: string, planner: PlanEngineName | 'stock' = 'apollo'): SchemaState {
  const state = buildSchemaState(supergraphSdl)
  const apollo = planner === 'stock' ? apolloEngine(state.executionSdl) : repairedEngine(state.executionSdl, apolloEngine)
  const openHive = () => hiveEngine(state.executionSdl, hivePlanner(state.executionSdl), async () => apollo)
  const engine =
    planner === 'hive' ? openHive() : planner === 'stock' ? apollo : helpedEngine(state.executionSdl, apollo, async () => openHive())
  return {
    ...state,
    // What is stock has no names of ours.
    ...(planner === 'stock' && { neededNames: new Set<string>() }),
    // No label is drawn: those that an example names hold, and no other.
    overrideLabels: [],
    planner: { plan: async (operation, choices) => engine.plan(operation, choices), [Symbol.asyncDispose]: async () => {} },
  }
}
