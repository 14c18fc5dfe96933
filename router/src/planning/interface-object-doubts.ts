import { type DocumentNode, Kind, type TypeNode, visit } from 'graphql'
import { argumentsOf } from '../supergraph/features.ts'

/**
 * True for an operation that goes on from one kind of an interface to another object of that interface, where a subgraph knows it as an
 * object: `... on Guest { friend { … } }`. Hive Router's planner asks for the kind before it has the key.
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
    let inside = 0
    let doubtful = false
    const fragment = {
      enter({ typeCondition }: { readonly typeCondition?: { readonly name: { readonly value: string } } | undefined }) {
        if (typeCondition && kinds.has(typeCondition.name.value)) inside += 1
      },
      leave({ typeCondition }: { readonly typeCondition?: { readonly name: { readonly value: string } } | undefined }) {
        if (typeCondition && kinds.has(typeCondition.name.value)) inside -= 1
      },
    }
    visit(operation, {
      InlineFragment: fragment,
      FragmentDefinition: fragment,
      FragmentSpread() {
        doubtful ||= inside > 0
      },
      Field({ name, selectionSet }) {
        doubtful ||= inside > 0 && selectionSet !== undefined && returning.has(name.value)
      },
    })
    return doubtful
  }
}

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))
