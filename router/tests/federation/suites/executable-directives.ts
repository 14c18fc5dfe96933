import type { Suite } from '../suite.ts'

const SPEC =
  'extend schema @link(url: "https://specs.example/access/v1.0", import: ["@access", "@owner"]) @composeDirective(name: "@access") @composeDirective(name: "@owner")'
const OWNER = 'directive @owner(team: String) on FIELD | FIELD_DEFINITION directive @internal on FIELD_DEFINITION'

const LEFT_OUT = 'the API schema comes without what is composed from another specification'

export const suite: Suite = {
  what: 'a directive for operations that subgraphs declare, with an argument that only one of them has a default for',
  subgraphs: () => ({
    a: {
      sdl: `${SPEC} ${OWNER} directive @access(scope: Scope!) on FIELD enum Scope { PUBLIC PRIVATE } type Query { a: String @owner(team: "a") }`,
      resolvers: { Query: { a: () => 'a' } },
    },
    b: {
      sdl: `${SPEC} ${OWNER} directive @access(scope: Scope! = PUBLIC) on FIELD enum Scope { PUBLIC PRIVATE } type Query { b: String }`,
      resolvers: { Query: { b: () => 'b' } },
    },
  }),
  examples: [
    { query: '{ a @access(scope: PRIVATE) b @access(scope: PUBLIC) }', data: { a: 'a', b: 'b' }, stockFails: LEFT_OUT },
    { query: '{ a @access b @access }', data: { a: 'a', b: 'b' }, stockFails: LEFT_OUT },
    { query: '{ a @access(scope: NOBODY) }' },
    { query: '{ a @owner(team: "a") }', data: { a: 'a' }, stockFails: LEFT_OUT },
    { query: '{ ... @owner { a } }' },
    { query: '{ a @internal }' },
  ],
}
