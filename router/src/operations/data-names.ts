import { type DocumentNode, type FieldNode, Kind, SchemaMetaFieldDef, TypeMetaFieldDef, visit } from 'graphql'

/** Begins the names in the joined data of what a client calls as something else is called there. */
export const OTHER = 'other__'

/**
 * The operation with names that do not meet in the joined data. What subgraphs need of each other stands there under its own name:
 * a client may give the name to another field (`id: title`), or ask for the field with arguments.
 * @param needed such names
 */
export function withDataNames(document: DocumentNode, needed: ReadonlySet<string>): DocumentNode {
  if (needed.size === 0) return document
  return visit(document, {
    Field(field) {
      const { name, alias } = field
      // Introspection is not planned.
      if (name.value === SchemaMetaFieldDef.name || name.value === TypeMetaFieldDef.name) return false
      const called = alias ?? name
      if (!called.value.startsWith(OTHER) && !(needed.has(called.value) && isOther(field))) return undefined
      return { ...field, alias: { kind: Kind.NAME, value: OTHER + called.value } }
    },
  })
}

const isOther = ({ name, alias, arguments: given = [] }: FieldNode): boolean =>
  (alias !== undefined && alias.value !== name.value) || given.length > 0

/** Name of the variable that every fetch of entities has. */
const REPRESENTATIONS = 'representations'

/** The operation with variables that do not meet those of the plan: a client may call one of his `representations`. */
export function withPlanVariables(document: DocumentNode): DocumentNode {
  const isTaken = (name: string) => name === REPRESENTATIONS || name.startsWith(OTHER)
  const definitions = document.definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? (one.variableDefinitions ?? []) : []))
  if (!definitions.some(({ variable }) => isTaken(variable.name.value))) return document
  return visit(document, {
    Variable: (variable) =>
      isTaken(variable.name.value) ? { ...variable, name: { ...variable.name, value: OTHER + variable.name.value } } : undefined,
  })
}

/** What the client calls it. */
export const clientName = (name: string): string => (name.startsWith(OTHER) ? name.slice(OTHER.length) : name)
