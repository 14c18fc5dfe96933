import type { Viewer } from '@vibely/kit/viewer'
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql'
import { clientName } from '../operations/data-names.ts'
import { fragmentsOf } from '../operations/fragments.ts'
import { unmet } from '../operations/requirement.ts'
import type { Requirement } from '../supergraph/policy-index.ts'
import { collectFields, type FieldScope } from './fields.ts'
import { introspectionText } from './introspection.ts'
import { type LeafWriter, leafWriter } from './leaves.ts'
import { fieldOf, isInherited, isJson, type Json } from './merge.ts'
import type { Repeats, WrittenText } from './repeats.ts'

/** One writing of one answer. */
export interface Writing {
  readonly viewer: Viewer | null
  readonly variables: Readonly<Record<string, unknown>>
  /** Whether no string in the data has a character that JSON escapes. */
  readonly plain: boolean
  readonly path: (string | number)[]
  /** Values that their type does not allow, nulls among them. */
  readonly problems: GraphQLError[]
  /** Fields that the viewer may not have. */
  readonly refusals: GraphQLError[]
  /** Objects that stand in several places, for as long as nobody changes them any more. */
  readonly repeats: Repeats
}

/** Text of a value; null stands for JSON's null, undefined for a null that its place does not allow. */
type ValueWriter = (value: unknown, writing: Writing) => string | null | undefined

export interface WriterOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  /** Fields of the document that were not planned. */
  readonly refused: ReadonlyMap<FieldNode, Requirement>
  /** Coerced variables of `@skip` and `@include`. */
  readonly conditions: Readonly<Record<string, unknown>>
  /** Leave out what `@defer` puts off. */
  readonly withoutDeferred?: boolean
}

interface FieldShape {
  /** In the joined data. */
  readonly name: string
  /** In the answer. */
  readonly called: string
  readonly inherited: boolean
  /** The field's name in the answer, with what stands around it. */
  readonly prefix: string
  /** Whole text where it is always the same. */
  readonly constant: string | undefined
  readonly leaf: LeafWriter | undefined
  readonly write: ValueWriter
}

/**
 * Compiles the writer of an operation: from joined data straight to the text of `data`, in the order and with the nulls of
 * graphql-js (CompleteValue of the GraphQL specification, section 6.4.3). Shapes are made when an object of their type comes.
 */
export function compileWriter(options: WriterOptions): (root: Json, writing: Writing) => string {
  const rootType = options.schema.getRootType(options.definition.operation)
  if (!rootType) throw new Error(`the schema has no ${options.definition.operation} type`)
  const write = compileObjectWriter(options, rootType, [options.definition.selectionSet])
  return (root, writing) => write(root, writing) ?? 'null'
}

/** Compiles the writer of objects of one type. An object that names no type is of this one. */
export function compileObjectWriter(
  options: WriterOptions,
  declared: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
): (value: Json, writing: Writing) => string | null {
  const { schema, document, definition, refused, conditions, withoutDeferred = false } = options
  const fragments = fragmentsOf(document)
  const scope: FieldScope = { schema, fragments, conditions, withoutDeferred }

  function shapeOf(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): readonly FieldShape[] {
    return [...collectFields(scope, type, sets)].map(([name, nodes], index) => {
      const called = clientName(name)
      const prefix = `${index === 0 ? '' : ','}"${called}":`
      const common = { name, called, inherited: isInherited(name), prefix, constant: undefined, leaf: undefined }
      const [node] = nodes as [FieldNode, ...FieldNode[]]
      if (node.name.value === '__typename') {
        // An object that does not tell its type has no answer to this.
        return isObjectType(type) ? { ...common, constant: `${prefix}"${type.name}"`, write: nothing } : { ...common, write: nothing }
      }
      if (node.name.value === SchemaMetaFieldDef.name || node.name.value === TypeMetaFieldDef.name) {
        const text = introspectionText(schema, document, definition, nodes)
        return { ...common, write: (_, { variables }) => text(variables) }
      }
      const fieldType = isUnionType(type) ? undefined : type.getFields()[node.name.value]?.type
      if (!fieldType) throw new Error(`${type.name}.${node.name.value} is not in the schema`)
      const requirement = nodes.every((one) => refused.has(one)) ? refused.get(node) : undefined
      if (requirement) return { ...common, write: refusal(requirement, fieldType) }
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      const own = isNonNullType(fieldType) ? fieldType.ofType : fieldType
      const leaf = isLeafType(own) ? leafWriter(own) : undefined
      return { ...common, leaf, write: valueWriter(fieldType, inner, type) }
    })
  }

  function valueWriter(type: GraphQLOutputType, sets: readonly SelectionSetNode[], parent: GraphQLCompositeType): ValueWriter {
    if (isNonNullType(type)) return nonNull(valueWriter(type.ofType, sets, parent), `${type.ofType}`, parent)
    if (isListType(type)) return list(valueWriter(type.ofType, sets, parent), `${type}`, parent)
    const named = getNamedType(type)
    if (isLeafType(named)) return leafValue(leafWriter(named), named.name, parent)
    return objects(named, sets, parent)
  }

  function objects(type: GraphQLCompositeType, sets: readonly SelectionSetNode[], parent: GraphQLCompositeType): ValueWriter {
    const shapes = new Map<unknown, readonly FieldShape[] | null>()
    return (value, writing) => {
      if (value === null || value === undefined) return null
      if (!isJson(value)) return invalid(writing, `Invalid value found for ${placeIn(writing, type.name, parent)}.`)
      const typeName = value.__typename
      let shape = shapes.get(typeName)
      if (shape === undefined) {
        const runtime = typeof typeName === 'string' ? schema.getType(typeName) : type
        shape = isCompositeType(runtime) ? shapeOf(runtime, sets) : null
        shapes.set(typeName, shape)
      }
      if (shape === null) return invalid(writing, `Invalid __typename found for object at ${placeIn(writing, type.name, parent)}.`)
      const written = writing.repeats.size > 0 ? writing.repeats.get(value) : undefined
      return written ? repeatedText(shape, value, writing, written) : objectText(shape, value, writing)
    }
  }

  const write = objects(declared, selectionSets, declared)
  return (value, writing) => write(value, writing) ?? null
}

/** Text of an object; null when a field that must not be null is. */
function objectText(shape: readonly FieldShape[], value: Json, writing: Writing): string | null {
  let text = '{'
  for (const field of shape) {
    if (field.constant !== undefined) {
      text += field.constant
      continue
    }
    const given = field.inherited ? fieldOf(value, field.name) : value[field.name]
    if (field.leaf !== undefined && given !== null && given !== undefined) {
      const leaf = field.leaf(given, writing.plain)
      if (leaf !== undefined) {
        text += field.prefix + leaf
        continue
      }
    }
    writing.path.push(field.called)
    const part = field.write(given, writing)
    writing.path.pop()
    if (part === undefined) return null
    text += part === null ? `${field.prefix}null` : field.prefix + part
  }
  return `${text}}`
}

/** The same for an object that stands in several places: its text is kept, unless there is something to tell about each of them. */
function repeatedText(shape: readonly FieldShape[], value: Json, writing: Writing, written: WrittenText): string | null {
  if (written.shape === shape) return written.text
  const before = writing.problems.length + writing.refusals.length
  const text = objectText(shape, value, writing)
  if (text !== null && writing.problems.length + writing.refusals.length === before) {
    written.shape = shape
    written.text = text
  }
  return text
}

const nothing: ValueWriter = () => undefined

function nonNull(inner: ValueWriter, type: string, parent: GraphQLCompositeType): ValueWriter {
  return (value, writing) => {
    const before = writing.problems.length + writing.refusals.length
    const text = inner(value, writing)
    if (text !== null) return text
    // What is null for a reason that was told needs no other.
    if (writing.problems.length + writing.refusals.length === before)
      invalid(writing, `Cannot return null for non-nullable ${placeIn(writing, type, parent)}.`)
    return undefined
  }
}

function list(item: ValueWriter, type: string, parent: GraphQLCompositeType): ValueWriter {
  return (value, writing) => {
    if (value === null || value === undefined) return null
    if (!Array.isArray(value)) return invalid(writing, `Invalid value found for ${placeIn(writing, type, parent)}.`)
    let text = '['
    let emptied = false
    for (let index = 0; index < value.length; index += 1) {
      writing.path.push(index)
      const part = item(value[index], writing)
      writing.path.pop()
      if (part === undefined) emptied = true
      else text += index === 0 ? (part ?? 'null') : `,${part ?? 'null'}`
    }
    return emptied ? null : `${text}]`
  }
}

function leafValue(leaf: LeafWriter, type: string, parent: GraphQLCompositeType): ValueWriter {
  return (value, writing) => {
    if (value === null || value === undefined) return null
    return leaf(value, writing.plain) ?? invalid(writing, `Invalid value found for ${placeIn(writing, type, parent)}.`)
  }
}

function refusal(requirement: Requirement, type: GraphQLOutputType): ValueWriter {
  return (_, writing) => {
    const reason = unmet(requirement, writing.viewer)
    const { message, extensions } = reason ?? { message: 'Not allowed.', extensions: { code: 'FORBIDDEN' } }
    writing.refusals.push(new GraphQLError(message, { path: [...writing.path], extensions: { ...extensions } }))
    return isNonNullType(type) ? undefined : null
  }
}

function invalid(writing: Writing, message: string): null {
  writing.problems.push(new GraphQLError(message, { path: [...writing.path], extensions: { code: 'INTERNAL' } }))
  return null
}

function placeIn({ path }: Writing, type: string, parent: GraphQLCompositeType): string {
  const last = path.at(-1)
  return typeof last === 'number' ? `array element of type ${type} at index ${last}` : `field ${parent.name}.${last}`
}
