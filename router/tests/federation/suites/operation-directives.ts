import { type GraphQLResolveInfo, print } from 'graphql'
import type { Suite } from '../suite.ts'

const SDL = 'directive @note(text: String, level: Int = 1) on FIELD | INLINE_FRAGMENT | QUERY'
/** The directives that a field came with. */
const notes = (_: unknown, __: object, ___: object, { fieldNodes }: GraphQLResolveInfo) =>
  fieldNodes.flatMap(({ directives = [] }) => directives.map(print)).join(' ')

export const suite: Suite = {
  what: 'a directive for operations that all subgraphs define alike: it goes on to them',
  subgraphs: () => ({
    a: {
      sdl: `${SDL} type Query { a: String thing: Thing } type Thing @key(fields: "id") { id: ID! x: String }`,
      resolvers: { Query: { a: notes, thing: () => ({ id: '1' }) }, Thing: { x: notes } },
    },
    b: {
      sdl: `${SDL} type Query { b: String } type Thing @key(fields: "id") { id: ID! y: String }`,
      resolvers: { Query: { b: notes }, Thing: { __resolveReference: (one: object) => one, y: notes } },
    },
  }),
  examples: [
    {
      query: '{ a @note(text: "x") b @note thing { x @note(level: 2) y @note(level: 3) z: y } }',
      data: { a: '@note(text: "x")', b: '@note', thing: { x: '@note(level: 2)', y: '@note(level: 3)', z: '' } },
    },
    {
      query: 'query($t: String, $i: Boolean!) { a @note(text: $t) @include(if: $i) thing { ... @note { y @skip(if: $i) @note } } }',
      variables: { t: 'mine', i: false },
      data: { thing: { y: '@note' } },
    },
    { query: '{ a @note(text: 5) }' },
    { query: '{ a @other }' },
  ],
}
