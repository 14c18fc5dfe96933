import { type DocumentNode, GraphQLError, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from 'graphql'
import type { SchemaState } from '../supergraph/schema-state.ts'
import { inStage } from '../telemetry/traces.ts'
import { InvalidOperation, refusal } from './invalid-operation.ts'
import { brokenLimit, type DocumentLimits } from './limits.ts'
import { withoutSuggestion } from './suggestions.ts'
import { carriedValues } from './value-rules.ts'

const RULES = [...specifiedRules, carriedValues]
const RULES_WITHOUT_SCHEMA = [...RULES, NoSchemaIntrospectionCustomRule]

/**
 * Parses a text, and holds it against the limits and the schema that clients see.
 * @param mayIntrospect else no question about the schema is valid, and no error suggests a name of it
 * @throws InvalidOperation with at most ten errors
 */
export function validDocument(state: SchemaState, limits: DocumentLimits, text: string, mayIntrospect: boolean): DocumentNode {
  const document = inStage('router.parse', () => parsed(text, limits.tokens))
  inStage('router.validate', () => {
    const broken = brokenLimit(document, limits, state.loginFields)
    const errors = broken ? [broken] : validate(state.apiSchema, document, mayIntrospect ? RULES : RULES_WITHOUT_SCHEMA, { maxErrors: 10 })
    if (errors.length > 0) throw new InvalidOperation(errors.map((error) => withCode(error, mayIntrospect)))
  })
  return document
}

function parsed(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens })
  } catch (error) {
    throw new InvalidOperation([withCode(error instanceof GraphQLError ? error : refusal('The document is not GraphQL.'), true)])
  }
}

const withCode = (error: GraphQLError, suggestions: boolean) =>
  new GraphQLError(suggestions ? error.message : withoutSuggestion(error.message), {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code: 'BAD_REQUEST' },
  })
