import { createHash } from 'node:crypto'
import type { Viewer } from '@vibely/kit/viewer'
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Plan } from '../planning/planner.ts'
import type { Requirement } from '../supergraph/policy-index.ts'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { inStage } from '../telemetry/traces.ts'
import { authorize, type Refusal, requirementsOf } from './authorize.ts'
import { type OperationCost, operationCost } from './cost.ts'
import { LIST_LIMITS, type ListLimits } from './cost-lists.ts'
import { brokenLimit, type DocumentLimits, LIMITS } from './limits.ts'
import { unmet } from './requirement.ts'

/** A valid operation, for whoever sends it. */
interface Operation {
  readonly key: string
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly requirements: readonly Requirement[]
}

/** An operation as this caller may run it. */
export interface PreparedOperation {
  /** As the client wrote it: the answer has this shape. One operation, with its fragments. */
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly kind: OperationTypeNode
  /** Made from what the caller may reach. */
  readonly plan: Plan
  readonly refusals: readonly Refusal[]
  /** Of what the plan was made from. */
  readonly cost: OperationCost
}

export interface Operations {
  /**
   * @param mayIntrospect the caller may see the schema, whatever the setting
   * @throws InvalidOperation
   */
  prepare(text: string, operationName: string | null | undefined, viewer: Viewer | null, mayIntrospect?: boolean): PreparedOperation
}

export interface OperationOptions {
  readonly introspection: boolean
  readonly limits?: DocumentLimits
  readonly lists?: ListLimits
}

/** The document is refused as a whole. */
export class InvalidOperation extends Error {
  override readonly name = 'InvalidOperation'
  readonly errors: readonly GraphQLError[]
  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message)
    this.errors = errors
  }
}

const RULES_WITHOUT_SCHEMA = [...specifiedRules, NoSchemaIntrospectionCustomRule]

/** Parses, limits, validates, authorizes and plans; each step's result is kept. */
export function openOperations(state: SchemaState, options: OperationOptions): Operations {
  const { limits = LIMITS, lists = LIST_LIMITS } = options
  const operations = new LRUCache<string, Operation>({ max: 5_000 })
  const prepared = new LRUCache<string, PreparedOperation>({ max: 5_000 })

  function operation(text: string, name: string | null | undefined, mayIntrospect: boolean): Operation {
    const key = createHash('sha256')
      .update(text)
      .update('\0')
      .update(name ?? '')
      .update(mayIntrospect ? '\0schema' : '')
      .digest('base64url')
    const known = operations.get(key)
    if (known) return known
    const document = inStage('router.parse', () => parsed(text, limits.tokens))
    inStage('router.validate', () => {
      const broken = brokenLimit(document, limits, state.loginFields)
      const errors = broken
        ? [broken]
        : validate(state.apiSchema, document, mayIntrospect ? specifiedRules : RULES_WITHOUT_SCHEMA, { maxErrors: 10 })
      if (errors.length > 0) throw new InvalidOperation(errors.map((error) => withCode(error, mayIntrospect)))
    })
    const definition = getOperationAST(document, name)
    if (!definition) throw new InvalidOperation([refusal(name ? `There is no operation named "${name}".` : 'Name the operation to run.')])
    const requirements = requirementsOf(state.apiSchema, state.policies, document, definition)
    const made = { key, document: onlyOperation(document, definition), definition, requirements }
    operations.set(key, made)
    return made
  }

  return {
    prepare(text, operationName, viewer, mayIntrospect = false) {
      const { key, document, definition, requirements } = operation(text, operationName, mayIntrospect || options.introspection)
      const refused = new Set(requirements.filter((requirement) => unmet(requirement, viewer)).map(({ id }) => id))
      const planKey = `${key}:${[...refused].join()}`
      const known = prepared.get(planKey)
      if (known) return known
      const made = inStage('router.plan', () => {
        const allowed =
          refused.size === 0 ? { document, refusals: [] } : authorize(state.apiSchema, state.policies, document, definition, refused)
        const plan: Plan = allowed.document ? state.planner.plan(allowed.document) : { kind: 'QueryPlan' }
        const cost = operationCost(state.apiSchema, state.costs, lists, allowed.document)
        return { document, definition, kind: definition.operation, plan, refusals: allowed.refusals, cost }
      })
      prepared.set(planKey, made)
      return made
    },
  }
}

function parsed(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens })
  } catch (error) {
    throw new InvalidOperation([withCode(error instanceof GraphQLError ? error : refusal('The document is not GraphQL.'), true)])
  }
}

const refusal = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })

// "Did you mean …?" tells names of a schema that may be private.
const withCode = (error: GraphQLError, suggestions: boolean) =>
  new GraphQLError(suggestions ? error.message : error.message.replace(/ Did you mean .*\?$/, ''), {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code: 'BAD_REQUEST' },
  })

/** The document with this operation alone: later stages take the first that they find. */
const onlyOperation = (document: DocumentNode, definition: OperationDefinitionNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.filter((one) => one.kind !== Kind.OPERATION_DEFINITION || one === definition),
})
