import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type InlineFragmentNode,
  Kind,
  type TypeNode,
  visit,
} from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'

/**
 * True for an operation that asks for a kind of an interface behind a field that returns one, where a subgraph knows the interface as an object:
 * `friend { ... on Guest { id } }`; or that goes on from a kind to another such object: `... on Guest { friend { … } }`. Hive Router's planner asks
 * for the kind before it has the key.
 */
export function interfaceObjectDoubts(supergraph: DocumentNode): (operation: DocumentNode) => boolean {
  const interfaces = new Set<string>()
  const kinds = new Set<string>()
  /** Names of fields that return such an interface. */
  const returning = new Set<string>()
  visit(supergraph, {
    InterfaceTypeDefinition({ name, directives = [] }) {
      if (directives.some((directive) => argumentsOf(directive).isInterfaceObject === true)) interfaces.add(name.value)
    },
  })
  if (interfaces.size === 0) return () => false
  visit(supergraph, {
    ObjectTypeDefinition({ name, interfaces: own = [] }) {
      if (own.some((one) => interfaces.has(one.name.value))) kinds.add(name.value)
    },
    FieldDefinition({ name, type }) {
      if (interfaces.has(namedType(type))) returning.add(name.value)
    },
  })
  return (operation) => {
    let insideKind = 0
    let insideObject = 0
    let doubtful = false
    const leadsOn = ({ name, selectionSet }: FieldNode) => selectionSet !== undefined && returning.has(name.value)
    const fragment = {
      enter({ typeCondition }: InlineFragmentNode | FragmentDefinitionNode) {
        if (!typeCondition || !kinds.has(typeCondition.name.value)) return
        insideKind += 1
        doubtful ||= insideObject > 0
      },
      leave({ typeCondition }: InlineFragmentNode | FragmentDefinitionNode) {
        if (typeCondition && kinds.has(typeCondition.name.value)) insideKind -= 1
      },
    }
    visit(operation, {
      InlineFragment: fragment,
      FragmentDefinition: fragment,
      FragmentSpread() {
        doubtful ||= insideKind > 0 || insideObject > 0
      },
      Field: {
        enter(field) {
          if (!leadsOn(field)) return
          doubtful ||= insideKind > 0
          insideObject += 1
        },
        leave(field) {
          if (leadsOn(field)) insideObject -= 1
        },
      },
    })
    return doubtful
  }
}

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))
