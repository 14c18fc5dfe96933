import { Fault } from '@vibely/kit/errors'
import { inSpan } from '@vibely/kit/telemetry'
import type { Viewer } from '@vibely/kit/viewer'
import {
  type DocumentNode,
  getOperationAST,
  type OperationDefinitionNode,
  type OperationTypeNode,
  print,
  separateOperations,
  visit,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { planCache, planSize } from '../planning/plan-cache.ts'
import { NO_CHOICES, type Plan, type PlanChoices } from '../planning/planner.ts'
import type { Requirement } from '../supergraph/policy-index.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { planHits, planMisses } from '../telemetry/metrics.ts'
import { type FirstAsked, refusedAheadOfPlan } from './ahead-of-plan.ts'
import { authorize, type Refusal, requirementsOf } from './authorize.ts'
import { labelChooser } from './choose-labels.ts'
import { type OperationCost, operationCost } from './cost.ts'
import { allowanceOf } from './cost-charges.ts'
import type { Variables } from './cost-terms.ts'
import { withDataNames, withPlanVariables } from './data-names.ts'
import { withoutDeadBranches } from './dead-branches.ts'
import { InvalidOperation, RefusedOperation, refusal } from './invalid-operation.ts'
import { DEFAULT_LIMITS, type Limits } from './limit-settings.ts'
import { isOneOf, unmet } from './requirement.ts'
import { validDocument } from './valid-document.ts'

/** A valid operation, for whoever sends it. */
interface Operation {
  readonly text: string
  readonly name: string | null | undefined
  readonly mayIntrospect: boolean
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly requirements: readonly Requirement[]
  /** By what callers are refused and what they choose. */
  readonly variants: Map<string, Variant>
}

/** An operation as callers of one kind run it, and how often they did. */
interface Variant {
  readonly prepared: PreparedOperation
  readonly refused: readonly Requirement[]
  readonly choices: PlanChoices
  uses: number
}

/** An operation as this caller may run it. */
export interface PreparedOperation {
  /** The schema that it was prepared for, and runs on also when there is a newer one. */
  readonly state: SchemaState
  /** As the client sent it. */
  readonly text: string
  /** Of that text: the answer has this shape, under the names of the joined data. One operation, with its fragments. */
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly kind: OperationTypeNode
  /** Made from what the caller may reach. */
  readonly plan: Plan
  /** Whether the plan defers a part: its answer is for one client alone. */
  readonly inParts: boolean
  readonly refusals: readonly Refusal[]
  /** Of what the plan was made from; null where costs are not known. */
  readonly cost: OperationCost | null
}

export interface Operations {
  /**
   * The operation as this caller may run it: at once when it is known, so that what is asked for often waits for nothing.
   * @param mayIntrospect the caller may see the schema, whatever the setting
   * @param variables those that it is to run with, where they are known: with some it would not run, and needs no plan
   * @throws InvalidOperation, RefusedOperation
   */
  prepare(
    text: string,
    operationName: string | null | undefined,
    viewer: Viewer | null,
    mayIntrospect?: boolean,
    choices?: PlanChoices,
    variables?: Variables,
  ): PreparedOperation | Promise<PreparedOperation>
  /** Prepares an operation for callers who are refused what `refuses` says, ahead of them. @throws InvalidOperation */
  warm(operation: WarmOperation): PreparedOperation | Promise<PreparedOperation>
  /** What was used, most used first. */
  used(): readonly UsedOperation[]
}

export interface WarmOperation {
  readonly text: string
  readonly name?: string | null | undefined
  readonly mayIntrospect?: boolean | undefined
  readonly choices?: PlanChoices | undefined
  /** How often it was used before. */
  readonly uses?: number | undefined
  refuses(requirement: Requirement): boolean
}

export interface UsedOperation extends WarmOperation {
  readonly uses: number
}

export interface OperationOptions {
  readonly introspection: boolean
  /** Labels of progressive overrides that hold for every request; percentages are drawn for each. */
  readonly overrideLabels?: readonly string[] | undefined
  readonly limits?: Limits
}

/** What kept operations may take together, in bytes of memory, roughly: a character of text is some forty in its syntax tree, one of a plan four. */
const OPERATIONS_SIZE = 64 * 1024 * 1024
const TEXT_WEIGHT = 40
const PLAN_WEIGHT = 4

/** Parses, limits, validates, authorizes and plans; each step's result is kept. */
export function openOperations(state: SchemaState, options: OperationOptions): Operations {
  const { document: limits, lists, variables: variableLimits, allowances } = options.limits ?? DEFAULT_LIMITS
  const operations = new LRUCache<string, Operation>({ maxSize: OPERATIONS_SIZE, sizeCalculation: sizeOf })
  const plans = planCache(state.planner)
  const chooseLabels = labelChooser(state.overrideLabels, options.overrideLabels ?? [])
  function labelled(choices: PlanChoices): PlanChoices {
    if (state.overrideLabels.length === 0 || choices.labels.length > 0) return choices
    const labels = chooseLabels()
    return labels.length === 0 ? choices : { ...choices, labels }
  }
  /** Without labels of another schema: there would be a plan for each of them, and nobody to ask for it. */
  const ofThisSchema = (choices: PlanChoices): PlanChoices =>
    choices.labels.length === 0 ? choices : { ...choices, labels: choices.labels.filter((label) => state.overrideLabels.includes(label)) }

  function operation(text: string, name: string | null | undefined, mayIntrospect: boolean): Operation {
    const key = keyOf({ text, name, mayIntrospect })
    const known = operations.get(key)
    if (known) return known
    const document = validDocument(state, limits, text, mayIntrospect)
    // An empty name is none.
    const asked = getOperationAST(document, name || null)
    if (!asked) throw new InvalidOperation([refusal(name ? `There is no operation named "${name}".` : 'Name the operation to run.')])
    // Later stages take the first operation that they find.
    const alone = withDataNames(separateOperations(document)[asked.name?.value ?? ''] ?? document, state.neededNames)
    const definition = getOperationAST(alone) ?? asked
    const requirements = requirementsOf(state.apiSchema, state.policies, alone, definition)
    const made = { text, name, mayIntrospect, document: alone, definition, requirements, variants: new Map<string, Variant>() }
    operations.set(key, made)
    return made
  }

  function variant(
    of: Operation,
    refused: readonly Requirement[],
    choices: PlanChoices,
    uses: number,
    asked: FirstAsked | null,
  ): PreparedOperation | Promise<PreparedOperation> {
    const key = variantKey(refused, choices)
    const known = of.variants.get(key)
    ;(known ? planHits : planMisses).add(1)
    if (!known) return inSpan('router.plan', {}, () => make(of, key, refused, choices, uses, asked))
    known.uses += uses
    return known.prepared
  }

  async function make(
    of: Operation,
    key: string,
    refused: readonly Requirement[],
    choices: PlanChoices,
    uses: number,
    asked: FirstAsked | null,
  ): Promise<PreparedOperation> {
    const { text, document, definition } = of
    const ids = new Set(refused.map(({ id }) => id))
    const allowed = ids.size === 0 ? { document, refusals: [] } : authorize(state.apiSchema, state.policies, document, definition, ids)
    const cost = state.costs.knowsListSizes ? operationCost(state.apiSchema, state.costs, lists, allowed.document) : null
    const refusal = asked && refusedAheadOfPlan(state.apiSchema, of, cost, variableLimits, asked)
    if (refusal) throw new RefusedOperation(definition.operation, refusal)
    // What is refused is written as null, and only the operation as a whole says where.
    const defer = choices.defer && ids.size === 0
    const plan: Plan = allowed.document ? await planned(allowed.document, { ...choices, defer }) : { kind: 'QueryPlan' }
    // Another caller may have been first.
    const made = of.variants.get(key) ?? {
      prepared: {
        state,
        text,
        document,
        definition,
        kind: definition.operation,
        plan,
        inParts: defers(plan.node),
        refusals: allowed.refusals,
        cost,
      },
      refused,
      choices,
      uses: 0,
    }
    made.uses += uses
    of.variants.set(key, made)
    // Counted anew, with this plan.
    operations.set(keyOf(of), of)
    return made.prepared
  }

  async function planned(document: DocumentNode, choices: PlanChoices): Promise<Plan> {
    try {
      const alive = withoutDeadBranches(state.apiSchema, withoutDirectives(document, state.unplannedDirectives))
      return await plans.plan(print(withPlanVariables(alive)), choices)
    } catch (error) {
      throw error instanceof Fault ? new InvalidOperation([error]) : error
    }
  }

  return {
    prepare(text, operationName, viewer, mayIntrospect = false, choices = NO_CHOICES, variables) {
      const found = operation(text, operationName, mayIntrospect || options.introspection)
      return variant(
        found,
        found.requirements.filter((requirement) => unmet(requirement, viewer)),
        labelled(choices),
        1,
        { allowance: allowanceOf(allowances, viewer), variables },
      )
    },
    warm({ text, name, mayIntrospect = false, choices = NO_CHOICES, uses = 0, refuses }) {
      const found = operation(text, name, mayIntrospect || options.introspection)
      return variant(found, found.requirements.filter(refuses), ofThisSchema(choices), uses, null)
    },
    used: () =>
      [...operations.values()]
        .flatMap(({ text, name, mayIntrospect, variants }) =>
          [...variants.values()].map(({ refused, choices, uses }) => ({
            text,
            name,
            mayIntrospect,
            choices,
            uses,
            refuses: isOneOf(refused),
          })),
        )
        .sort((a, b) => b.uses - a.uses),
  }
}

const withoutDirectives = (document: DocumentNode, names: ReadonlySet<string>): DocumentNode =>
  names.size === 0 ? document : visit(document, { Directive: ({ name }) => (names.has(name.value) ? null : undefined) })

/** Conditions are all that stands around a `Defer` node. */
const defers = (node: Plan['node']): boolean =>
  node?.kind === 'Defer' || (node?.kind === 'Condition' && (defers(node.ifClause) || defers(node.elseClause)))

// What the client says comes last, its length ahead of it: no name may be read as the leave to introspect.
const keyOf = ({ text, name, mayIntrospect }: Pick<Operation, 'text' | 'name' | 'mayIntrospect'>) =>
  name || mayIntrospect ? `${mayIntrospect ? 'schema' : ''}\0${name?.length ?? 0}\0${name ?? ''}${text}` : text

const variantKey = (refused: readonly Requirement[], { labels, defer }: PlanChoices) =>
  refused.length === 0 && labels.length === 0 && !defer ? '' : `${refused.map(({ id }) => id).join()} ${labels.join()} ${defer}`

const sizeOf = ({ text, variants }: Operation) => {
  let size = text.length * TEXT_WEIGHT
  for (const { prepared } of variants.values()) size += planSize(prepared.plan) * PLAN_WEIGHT
  return size
}
