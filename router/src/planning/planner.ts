/** What to fetch from which subgraph in which order. Plain data: it crosses a thread border, and nobody changes it. */
export interface Plan {
  readonly kind: 'QueryPlan'
  /** Absent when nothing is to be fetched. */
  readonly node?: PlanNode | SubscriptionNode | undefined
}

export type PlanNode = SequenceNode | ParallelNode | FetchNode | FlattenNode | DeferNode | ConditionNode

/** One after the other: each may need what those before it fetched. */
export interface SequenceNode {
  readonly kind: 'Sequence'
  readonly nodes: readonly PlanNode[]
}

export interface ParallelNode {
  readonly kind: 'Parallel'
  readonly nodes: readonly PlanNode[]
}

/**
 * One request to a subgraph. With `requires` it stands in a `Flatten`, and its operation takes the entities found there as
 * `$representations`; without, its data belong to the root.
 */
export interface FetchNode {
  readonly kind: 'Fetch'
  readonly serviceName: string
  /** Other fetches in a `Defer` wait for this one by its id. */
  readonly id?: string | undefined
  readonly hasDefers?: boolean | undefined
  /** Names of the client's variables that the operation takes. */
  readonly variableUsages: readonly string[]
  readonly operation: string
  readonly operationName?: string | undefined
  readonly operationKind: 'query' | 'mutation' | 'subscription'
  /** What a representation is made of; an object that has not all of it is not asked for. */
  readonly requires?: readonly RequiredSelection[] | undefined
  /** Changes to a representation before it is sent. */
  readonly inputRewrites?: readonly Rewrite[] | undefined
  /** Changes to what came back, before it is merged: to `data`, or to each entity. */
  readonly outputRewrites?: readonly Rewrite[] | undefined
  /** What `@fromContext` arguments take: the path leads to the value, from the entity up (`..`), the name is the variable's. */
  readonly contextRewrites?: readonly KeyRenamer[] | undefined
}

/** Runs the node on the objects at a path. */
export interface FlattenNode {
  readonly kind: 'Flatten'
  readonly path: ResponsePath
  readonly node: PlanNode
}

/** Response names from the root down; `@` is every item of a list, `|[A,B]` keeps objects of these types alone, concrete or abstract. */
export type ResponsePath = readonly string[]

/** `@skip` and `@include` around whole fetches. */
export interface ConditionNode {
  readonly kind: 'Condition'
  /** Name of a Boolean variable. */
  readonly condition: string
  readonly ifClause?: PlanNode | undefined
  readonly elseClause?: PlanNode | undefined
}

/** What is sent first, and what follows when its fetches are done. */
export interface DeferNode {
  readonly kind: 'Defer'
  readonly primary: { readonly subselection?: string | undefined; readonly node?: PlanNode | undefined }
  readonly deferred: readonly DeferredNode[]
}

export interface DeferredNode {
  /** Fetches, by id, without which it cannot start. */
  readonly depends: readonly { readonly id: string; readonly deferLabel?: string | undefined }[]
  readonly label?: string | undefined
  /** Where its fragment stands in the operation. */
  readonly queryPath: readonly string[]
  readonly subselection?: string | undefined
  readonly node?: PlanNode | undefined
}

/** Events come from `primary`; `rest` runs for each of them. */
export interface SubscriptionNode {
  readonly kind: 'Subscription'
  readonly primary: FetchNode
  readonly rest?: PlanNode | undefined
}

export type RequiredSelection = RequiredField | RequiredFragment

export interface RequiredField {
  readonly kind: 'Field'
  readonly name: string
  readonly alias?: string | undefined
  readonly selections?: readonly RequiredSelection[] | undefined
}

export interface RequiredFragment {
  readonly kind: 'InlineFragment'
  readonly typeCondition?: string | undefined
  readonly selections: readonly RequiredSelection[]
}

export type Rewrite = ValueSetter | KeyRenamer

/** Path of a rewrite: field names, and `... on Type` where it is about objects of that type alone. */
type RewritePath = readonly string[]

export interface ValueSetter {
  readonly kind: 'ValueSetter'
  readonly path: RewritePath
  readonly setValueTo: unknown
}

export interface KeyRenamer {
  readonly kind: 'KeyRenamer'
  readonly path: RewritePath
  readonly renameKeyTo: string
}

/** Begins the response names of what is fetched for a subgraph alone: required fields with arguments. */
export const REQUIRED = 'required__'

/** What a plan depends on beside its operation. */
export interface PlanChoices {
  /** Labels of `@override` that hold for this request. */
  readonly labels: readonly string[]
  /** Whether `@defer` is planned for; without it the answer comes whole. */
  readonly defer: boolean
}

export const NO_CHOICES: PlanChoices = { labels: [], defer: false }

/** Makes plans off the main thread. Costly: callers keep what they get. */
export interface Planner extends AsyncDisposable {
  /**
   * @param operation text of one operation with its fragments, valid against the API schema
   * @throws Fault BAD_REQUEST when planning takes too long, DEADLINE_EXCEEDED when its turn does not come
   */
  plan(operation: string, choices: PlanChoices): Promise<Plan>
}

/** Makes plans where it is called. */
export interface PlanEngine {
  plan(operation: string, choices: PlanChoices): Plan | Promise<Plan>
}

export type PlanEngineName = 'apollo' | 'hive'
