import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql'
import { argumentsOf, linkedFeatures } from './features.ts'
import { rootTypes } from './root-types.ts'

/** How long a list is at most, as `@listSize` says it. */
export interface ListSize {
  readonly assumedSize: number | null
  readonly slicingArguments: readonly string[]
  /** Fields of the returned object that are as long; empty when the list is the field itself. */
  readonly sizedFields: readonly string[]
  readonly requireOneSlicingArgument: boolean
}

export interface CostIndex {
  /** False when the supergraph says nothing about the length of its lists: a cost would be a guess. */
  readonly knowsListSizes: boolean
  /** Cost of one thing that the field returns, without what is selected of it. */
  weightOf(typeName: string, fieldName: string): number
  listSizeOf(typeName: string, fieldName: string): ListSize | undefined
  /** Cost that an argument or a field of an input object is given; undefined when it has none of its own. */
  inputWeightOf(coordinate: string): number | undefined
}

const MUTATION_FIELD = 10
const OBJECT = 1

/**
 * Reads `@cost` and `@listSize` of the policy supergraph. Objects cost 1, leaves nothing, fields of Mutation 10, unless they say otherwise:
 * a field's own weight comes before that of its type. What is abstract costs as much as the dearest thing behind it.
 */
export function costIndex(supergraph: DocumentNode): CostIndex {
  const feature = linkedFeatures(supergraph).get('cost')
  const cost = feature?.directive
  const listSize = feature?.directiveNamed('listSize')
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()
  const members = new Map<string, string[]>()
  const fields: { readonly parent: string; readonly field: FieldDefinitionNode }[] = []
  const composites = new Set<string>()

  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] = []) => {
    const weight = weightIn(directives, cost)
    if (weight !== undefined) weights.set(coordinate, weight)
  }
  const noteFields = ({ name: { value: parent }, fields: own = [] }: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) => {
    for (const field of own) {
      const coordinate = `${parent}.${field.name.value}`
      fields.push({ parent, field })
      note(coordinate, field.directives)
      const size = field.directives?.find(({ name }) => name.value === listSize)
      if (size) listSizes.set(coordinate, sizeIn(size))
      for (const argument of field.arguments ?? []) note(`${coordinate}(${argument.name.value})`, argument.directives)
    }
  }
  const belongs = (member: string, abstract: string) => members.set(abstract, [...(members.get(abstract) ?? []), member])

  for (const definition of supergraph.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        composites.add(definition.name.value)
        note(definition.name.value, definition.directives)
        noteFields(definition)
        for (const { name } of definition.interfaces ?? []) belongs(definition.name.value, name.value)
        break
      case Kind.UNION_TYPE_DEFINITION:
        composites.add(definition.name.value)
        for (const { name } of definition.types ?? []) belongs(name.value, definition.name.value)
        break
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_DEFINITION:
        note(definition.name.value, definition.directives)
        break
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const field of definition.fields ?? []) note(`${definition.name.value}.${field.name.value}`, field.directives)
    }
  }

  const weightOfType = (name: string): number => {
    const behind = members.get(name)
    if (behind) return Math.max(...behind.map((member) => weights.get(member) ?? OBJECT))
    return weights.get(name) ?? (composites.has(name) ? OBJECT : 0)
  }
  const mutation = rootTypes(supergraph).get('mutation')
  const known = new Map<string, number>()
  for (const { parent, field } of fields) {
    const coordinates = [parent, ...(members.get(parent) ?? [])].map((type) => `${type}.${field.name.value}`)
    const own = coordinates.flatMap((coordinate) => weights.get(coordinate) ?? [])
    const weight = own.length > 0 ? Math.max(...own) : parent === mutation ? MUTATION_FIELD : weightOfType(namedType(field.type).name.value)
    known.set(`${parent}.${field.name.value}`, weight)
  }
  return {
    knowsListSizes: listSizes.size > 0,
    weightOf: (typeName, fieldName) => known.get(`${typeName}.${fieldName}`) ?? 0,
    listSizeOf(typeName, fieldName) {
      const own = listSizes.get(`${typeName}.${fieldName}`)
      if (own) return own
      for (const member of members.get(typeName) ?? []) {
        const size = listSizes.get(`${member}.${fieldName}`)
        if (size) return size
      }
      return undefined
    },
    inputWeightOf: (coordinate) => weights.get(coordinate),
  }
}

function weightIn(directives: readonly ConstDirectiveNode[], name: string | undefined): number | undefined {
  const directive = directives.find((one) => one.name.value === name)
  const weight = directive ? Number(argumentsOf(directive).weight) : Number.NaN
  return Number.isNaN(weight) ? undefined : weight
}

function sizeIn(directive: ConstDirectiveNode): ListSize {
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = argumentsOf(directive)
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : null,
    slicingArguments: (slicingArguments ?? []) as readonly string[],
    sizedFields: (sizedFields ?? []) as readonly string[],
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  }
}

const namedType = (type: TypeNode): NamedTypeNode => (type.kind === Kind.NAMED_TYPE ? type : namedType(type.type))
