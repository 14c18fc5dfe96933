import { fault } from '@vibely/kit/errors'
import { type FieldNode, type GraphQLField, Kind } from 'graphql'
import type { ListSize } from '../supergraph/cost-index.ts'
import type { Term, Variables } from './cost-terms.ts'

export interface ListLimits {
  /** The most that a slicing argument may ask for. */
  readonly pageSize: number
  /** What a list of unknown length counts for. */
  readonly unknownList: number
}

export const LIST_LIMITS: ListLimits = { pageSize: 100, unknownList: 10 }

/** A slicing argument: its value is known, absent (null), or a variable's. */
type Slice = { readonly name: string; readonly value: number | null } | { readonly name: string; readonly variable: string }

/**
 * How long the list of a field is at most: what its slicing arguments say, else what is assumed. Evaluating it throws BAD_USER_INPUT
 * when a slicing argument asks for too much, or when there is not exactly one of them where there has to be.
 */
export function listSizeTerm(listSize: ListSize, definition: GraphQLField<unknown, unknown>, field: FieldNode, limits: ListLimits): Term {
  const slices = listSize.slicingArguments.map((name) => sliceOf(name, definition, field))
  const size = (variables: Variables) => sizeOf(listSize, slices, limits, variables)
  if (slices.some((slice) => 'variable' in slice)) return size
  try {
    return size({})
  } catch {
    // The refusal belongs to the request, where it can be answered.
    return size
  }
}

function sliceOf(name: string, definition: GraphQLField<unknown, unknown>, field: FieldNode): Slice {
  const given = field.arguments?.find((argument) => argument.name.value === name)?.value
  if (given?.kind === Kind.VARIABLE) return { name, variable: given.name.value }
  if (given) return { name, value: given.kind === Kind.INT ? Number(given.value) : null }
  const fallback = definition.args.find((argument) => argument.name === name)?.defaultValue
  return { name, value: typeof fallback === 'number' ? fallback : null }
}

function sizeOf(listSize: ListSize, slices: readonly Slice[], { pageSize, unknownList }: ListLimits, variables: Variables): number {
  let most = -1
  let given = 0
  for (const slice of slices) {
    const value = 'variable' in slice ? variables[slice.variable] : slice.value
    if (typeof value !== 'number') continue
    if (value > pageSize) throw fault('BAD_USER_INPUT', `\`${slice.name}\` must be at most ${pageSize}.`)
    given += 1
    most = Math.max(most, value, 0)
  }
  if (listSize.requireOneSlicingArgument && slices.length > 0 && given !== 1) {
    const names = slices.map(({ name }) => `\`${name}\``)
    throw fault('BAD_USER_INPUT', `Exactly one of ${names.join(', ')} must be given.`)
  }
  return most >= 0 ? most : (listSize.assumedSize ?? unknownList)
}
