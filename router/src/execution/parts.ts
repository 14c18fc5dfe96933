import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { clientName } from '../operations/data-names.ts'
import { traced } from '../telemetry/traces.ts'
import type { AnswerPart } from './answer.ts'
import type { DeferredPart } from './defer.ts'
import { fieldOf, isJson, type Json } from './merge.ts'
import type { ResponsePlace } from './paths.ts'
import { NO_REPEATS } from './repeats.ts'
import { isOfType, typeOfStep } from './rewrites.ts'
import { compileObjectWriter, type WriterOptions, type Writing } from './writer.ts'

/** The selection set of a plan's `subselection`. */
function selectionSetOf(subselection: string): SelectionSetNode {
  const [operation] = parse(subselection, { noLocation: true }).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a deferred part selects nothing')
  return operation.selectionSet
}

/** Writes a deferred part: one for each object at its path that is there. */
export function writeParts(
  options: WriterOptions,
  part: DeferredPart,
  writing: Omit<Writing, 'plain' | 'path' | 'problems' | 'refusals' | 'repeats'>,
) {
  const { schema, definition } = options
  const { label, queryPath, subselection, run } = part
  const type = typeAt(options, definition, queryPath)
  if (!type) return []
  const write = compileObjectWriter(options, type, [selectionSetOf(subselection)])
  const parts: AnswerPart[] = []
  for (const { value, place } of objectsIn(schema, run.root, queryPath)) {
    const own: Writing = { ...writing, plain: run.strings.plain, path: [...place], problems: [], refusals: [], repeats: NO_REPEATS }
    const data = write(value, own) ?? 'null'
    const told = run.errors.filter(({ path }) => place.every((step, index) => path?.[index] === step))
    parts.push({ label, path: place, data, errors: traced(told.length > 0 ? told : own.problems) })
  }
  return parts
}

function objectsIn(schema: GraphQLSchema, root: Json, queryPath: readonly string[]) {
  const found: { readonly value: Json; readonly place: ResponsePlace }[] = []
  const walk = (value: unknown, index: number, place: ResponsePlace): void => {
    if (Array.isArray(value)) {
      for (const [position, item] of value.entries()) walk(item, index, [...place, position])
      return
    }
    if (!isJson(value)) return
    const step = queryPath[index]
    if (step === undefined) return void found.push({ value, place })
    const type = typeOfStep(step)
    if (type === null) walk(fieldOf(value, step), index + 1, [...place, clientName(step)])
    else if (isOfType(schema, value, type, true)) walk(value, index + 1, place)
  }
  walk(root, 0, [])
  return found
}

/** The type of the objects at a path of response names, as the operation's text says it. */
function typeAt(options: WriterOptions, { operation, selectionSet }: OperationDefinitionNode, queryPath: readonly string[]) {
  const { schema } = options
  let type: GraphQLCompositeType | undefined | null = schema.getRootType(operation)
  let sets: readonly SelectionSetNode[] = [selectionSet]
  for (const step of queryPath) {
    const narrower = typeOfStep(step)
    if (narrower !== null) {
      const condition = schema.getType(narrower)
      type = isCompositeType(condition) ? condition : type
      continue
    }
    const found = sets.flatMap((set) => fieldsNamed(options, set, step))
    const name = found[0]?.name.value
    const parent = found.length > 0 && type && !isUnionType(type) ? type.getFields()[name ?? ''] : undefined
    const next = getNamedType(parent?.type)
    type = isCompositeType(next) ? next : undefined
    sets = found.flatMap((field) => field.selectionSet ?? [])
  }
  return type ?? undefined
}

function fieldsNamed(options: WriterOptions, set: SelectionSetNode, responseName: string): readonly FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return (selection.alias?.value ?? selection.name.value) === responseName ? [selection] : []
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsNamed(options, selection.selectionSet, responseName)
    const fragment = options.document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
    )
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsNamed(options, fragment.selectionSet, responseName) : []
  })
}
