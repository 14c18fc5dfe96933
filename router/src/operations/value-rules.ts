import { type FloatValueNode, GraphQLError, type IntValueNode, type ValidationRule } from 'graphql'

/** Beside the rules of the specification: values that cannot be carried to a subgraph as they were meant. */
export const carriedValues: ValidationRule = (context) => {
  const finite = (node: IntValueNode | FloatValueNode) => {
    if (!Number.isFinite(Number(node.value)))
      context.reportError(new GraphQLError(`The number ${node.value.slice(0, 20)} is too large.`, { nodes: node }))
  }
  return {
    IntValue: finite,
    FloatValue: finite,
    // graphql-js keeps values of variables in objects, where this is no name like another.
    VariableDefinition({ variable }) {
      if (variable.name.value === '__proto__')
        context.reportError(new GraphQLError('A variable cannot be called "__proto__".', { nodes: variable }))
    },
  }
}
