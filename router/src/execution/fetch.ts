import type { Logger } from '@vibely/kit/logger'
import { isPromise } from '@vibely/kit/soon'
import type { GraphQLError, GraphQLSchema } from 'graphql'
import { clientName } from '../operations/data-names.ts'
import type { FetchNode } from '../planning/planner.ts'
import { CallerLeft, type Source, SourceFailure, type SubgraphAnswer, type SubgraphRequest } from '../sources/source.ts'
import type { Deferral } from './defer.ts'
import { fetchCheck } from './entity-keys.ts'
import { EVENT_SERVICE, type Execution } from './executor.ts'
import { failureErrors } from './failure-errors.ts'
import { fetchErrors } from './fetch-errors.ts'
import type { FoundEntities } from './found-entities.ts'
import { copyOf, isJson, type Json, merge, mergeIntoAll } from './merge.ts'
import { objectsAt, type PlanPath, placesOf, replaceAt } from './paths.ts'
import type { Repeats } from './repeats.ts'
import { type Represented, representationsOf } from './representations.ts'
import { applyRewrites } from './rewrites.ts'
import { surroundingsOf } from './surroundings.ts'

/** What every step of one run works on. */
export interface Run {
  readonly execution: Execution
  /** What the subgraphs have answered so far, joined. */
  readonly root: Json
  readonly errors: GraphQLError[]
  readonly found: FoundEntities
  /** Objects that stand in several places. */
  readonly repeats: Repeats
  /** Objects at a path where each stands for all that are alike. */
  readonly united: Map<string, ReadonlySet<Json>>
  /** Whether none so far has a character that JSON escapes. */
  readonly strings: { plain: boolean }
  /** Set when parts of the answer are put off. */
  deferral?: Deferral
}

/** One part of a plan, ready to run. It never rejects: what fails becomes errors. */
export type Step = (run: Run) => Promise<void> | void

export interface FetchOptions {
  readonly supergraphSchema: GraphQLSchema
  readonly sources: ReadonlyMap<string, Source>
  /** By subgraph, names of types that say less about an object than others do. */
  readonly vague: ReadonlyMap<string, ReadonlySet<string> | undefined>
  readonly logger: Logger
  /** Entities that stand in several places become an object in each: what stands around them is part of what they are asked for. */
  readonly apart: boolean
  /** Some fields are fetched under conditions: what only they required may be missing where others are asked for. */
  readonly conditional: boolean
  /** Whether objects at a path that are alike stay alike: they become one. */
  readonly isSoleOrigin: (path: PlanPath) => boolean
}

/** Compiles a fetch for the objects at a path: one request, whose answer is written into them. */
export function compileFetch(options: FetchOptions, node: FetchNode, path: PlanPath): Step {
  const { supergraphSchema, sources, logger, apart, isSoleOrigin } = options
  const {
    serviceName,
    operation: query,
    operationName,
    variableUsages = [],
    requires,
    inputRewrites,
    outputRewrites,
    contextRewrites = [],
  } = node
  const isEnough = options.conditional ? fetchCheck(supergraphSchema, serviceName, query) : undefined
  const represent = requires && representationsOf(supergraphSchema, requires, inputRewrites, isEnough, sources.get(serviceName)?.isLocal)

  const vague = options.vague.get(serviceName)
  const usages = variableUsages.map((name) => [name, clientName(name)] as const)
  const fixed = { query, queryJson: JSON.stringify(query), operationName }

  /** Asks the subgraph, then goes on with its answer: at once when it is there at once. */
  function ask(run: Run, request: SubgraphRequest, take: (answer: SubgraphAnswer) => void): Promise<void> | void {
    const { execution } = run
    const goOn = (answer: SubgraphAnswer) => {
      if (answer.data) run.strings.plain &&= answer.plain === true
      try {
        take(answer)
      } catch (error) {
        take(failed(request, error))
      }
    }
    const source = serviceName === EVENT_SERVICE ? execution.event : sources.get(serviceName)
    if (!source) return goOn(failed(request, new SourceFailure('SUBGRAPH_UNAVAILABLE')))
    const answer = source.fetch(request, execution.caller, execution.signal)
    if (!isPromise(answer)) return goOn(ownOf(answer))
    return answer.then(ownOf, (error: unknown) => failed(request, error)).then(goOn)
  }

  function failed(request: SubgraphRequest, error: unknown): SubgraphAnswer {
    const known = error instanceof SourceFailure || error instanceof CallerLeft
    if (!known) logger.error({ err: error, subgraph: serviceName }, 'a fetch failed')
    const code = error instanceof SourceFailure ? error.code : known ? 'DEADLINE_EXCEEDED' : 'INTERNAL'
    return { errors: failureErrors(code, serviceName, request) }
  }

  const told = fetchErrors(serviceName, path)

  function picked(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (usages.length === 0) return NONE
    const used: Json = {}
    for (const [name, called] of usages)
      if (Object.hasOwn(variables, called) && variables[called] !== undefined) used[name] = variables[called]
    return used
  }

  if (!represent) {
    return (run) => {
      const targets = objectsAt(run.root, path)
      if (targets.length === 0) return
      const request = { ...fixed, variables: picked(run.execution.variables), asOf: run.execution.asOf }
      return ask(run, request, ({ data, errors }) => {
        if (errors) {
          const [place = []] = path.length === 0 ? [] : (placesOf(run.root, path).get(targets[0] as Json) ?? [])
          for (const error of errors) run.errors.push(told.at(error, error.path && [...place, ...error.path]))
        }
        if (!data) return
        if (outputRewrites) applyRewrites(supergraphSchema, outputRewrites, data)
        run.found.changed()
        mergeIntoAll(targets, data, vague)
      })
    }
  }

  const surroundings = contextRewrites.length > 0 ? surroundingsOf(supergraphSchema, contextRewrites, path) : undefined
  if (!surroundings) {
    const place = JSON.stringify(path.map((part) => (typeof part === 'string' ? part : [...part])))
    const wanted = JSON.stringify([place, requires, inputRewrites, isEnough && [serviceName, query]])
    const isUnited = !apart && isSoleOrigin(path)
    const find = (run: Run) => (isUnited ? findUnited(run, place, represent) : represent((become) => replaceAt(run.root, path, become)))
    return (run) =>
      fetchEntities(
        run,
        run.found.find(wanted, () => find(run)),
        picked(run.execution.variables),
      )
  }
  const inside = new Set(contextRewrites.map(({ renameKeyTo }) => renameKeyTo))
  return async (run) => {
    const given = Object.entries(picked(run.execution.variables)).filter(([name]) => !inside.has(name))
    const all = surroundings(run.root).map(({ entities, variables }) =>
      fetchEntities(
        run,
        represent((become) => entities.forEach(become)),
        { ...Object.fromEntries(given), ...variables },
      ),
    )
    await Promise.all(all)
  }

  /** Makes one of the entities that are alike. All that stands there came at once, so one walk is enough for all that look for them. */
  function findUnited(run: Run, place: string, represent: ReturnType<typeof representationsOf>): Represented {
    const known = run.united.get(place)
    if (known) return represent((become) => known.forEach(become))
    const found = represent((become) => replaceAt(run.root, path, become), run.repeats)
    run.united.set(place, found.entities)
    return found
  }

  function fetchEntities(
    run: Run,
    { representations, targets }: Represented,
    variables: SubgraphRequest['variables'],
  ): Promise<void> | void {
    if (targets.length === 0) return
    const request = { ...fixed, variables, representations, asOf: run.execution.asOf }
    return ask(run, request, (answer) => takeEntities(run, request, targets, answer))
  }

  function takeEntities(run: Run, request: SubgraphRequest, targets: Represented['targets'], { data, errors }: SubgraphAnswer): void {
    if (errors) run.errors.push(...told.ofEntities(run.root, errors, targets))
    if (!data) return
    const entities = data._entities
    if (!Array.isArray(entities) || entities.length !== targets.length) {
      logger.error({ subgraph: serviceName }, 'a subgraph answered other entities than it was asked for')
      run.errors.push(...told.ofEntities(run.root, failureErrors('INTERNAL', serviceName, request), targets))
      return
    }
    run.found.changed()
    for (let index = 0; index < entities.length; index += 1) {
      const entity: unknown = entities[index]
      const own = targets[index]
      if (!isJson(entity) || !own) continue
      if (outputRewrites) applyRewrites(supergraphSchema, outputRewrites, entity)
      if (apart) for (const target of own.slice(1)) merge(target, copyOf(entity), vague)
      if (apart) merge(own[0] as Json, entity, vague)
      else mergeIntoAll(own, entity, vague)
    }
  }
}

/** The answer, for one who writes into its data. */
const ownOf = (answer: SubgraphAnswer): SubgraphAnswer => (answer.shared ? { ...answer, data: copyOf(answer.data) } : answer)

const NONE = Object.freeze({})
