import { GraphQLError, type OperationTypeNode } from 'graphql'
import type { Answer } from '../execution/answer.ts'
import type { Refused } from './ahead-of-plan.ts'

/** The document is refused as a whole. */
export class InvalidOperation extends Error {
  override readonly name = 'InvalidOperation'
  readonly errors: readonly GraphQLError[]
  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message)
    this.errors = errors
  }
}

/** The document is good; what it costs or its variables would have it refused in any case, so it was not planned. */
export class RefusedOperation extends InvalidOperation {
  readonly kind: OperationTypeNode
  readonly refused: Refused
  constructor(kind: OperationTypeNode, refused: Refused) {
    super(refused.errors)
    this.kind = kind
    this.refused = refused
  }
}

/** The answer to an operation that does not run. */
export const refusedAnswer = (error: InvalidOperation): Answer => ({
  data: undefined,
  errors: error.errors,
  cost: error instanceof RefusedOperation ? error.refused.cost : undefined,
})

/** What is wrong with a document as a whole. */
export const refusal = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
