import { type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind, parse, print, visit } from 'graphql'
import { composed, subgraphs } from '../federation/subgraphs.ts'

/** How long the lists of the benchmark are. */
const LIST_SIZES: Readonly<Record<string, string>> = {
  'Query.users': '@listSize(assumedSize: 6)',
  'Query.topProducts': '@listSize(slicingArguments: ["first"])',
  'User.reviews': '@listSize(assumedSize: 5)',
  'Product.reviews': '@listSize(assumedSize: 5)',
}

/** The supergraph of the benchmark, with costs: a gateway that knows them may refuse what is too dear. */
export const costedSupergraphSdl = (urls: Readonly<Record<string, string>>): string =>
  composed(
    subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: withListSizes(typeDefs) })),
    urls,
  )

const LINK = parse('extend schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"])')

function withListSizes(typeDefs: DocumentNode): DocumentNode {
  const sized = visit(typeDefs, {
    ObjectTypeDefinition: (type) => ({ ...type, fields: type.fields?.map((field) => withListSize(type.name.value, field)) ?? [] }),
  })
  return parse(print({ kind: Kind.DOCUMENT, definitions: [...LINK.definitions, ...sized.definitions] }))
}

function withListSize(type: string, field: FieldDefinitionNode): FieldDefinitionNode {
  const size = LIST_SIZES[`${type}.${field.name.value}`]
  return size ? { ...field, directives: [...(field.directives ?? []), directive(size)] } : field
}

function directive(text: string): ConstDirectiveNode {
  const [definition] = parse(`extend scalar S ${text}`).definitions
  const [first] = definition && 'directives' in definition ? (definition.directives ?? []) : []
  if (!first) throw new Error(`${text} is not a directive`)
  return first as ConstDirectiveNode
}
