import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphQLError } from 'graphql'
import { fault, isInternal, scrub } from './errors.ts'

test('a known fault keeps its message, code and path', () => {
  const error = new GraphQLError('x', {
    path: ['a', 0],
    originalError: fault('INSUFFICIENT_SCOPE', 'Needs a scope.', { requiredScopes: [['a']] }),
  })
  assert.deepEqual(scrub({ ...error.toJSON(), message: 'Needs a scope.' }), {
    message: 'Needs a scope.',
    path: ['a', 0],
    extensions: { code: 'INSUFFICIENT_SCOPE', requiredScopes: [['a']] },
  })
})

test('whatever else happened leaves as INTERNAL, without a word about it', () => {
  const raised = [
    new GraphQLError('connect ECONNREFUSED 10.0.0.7:5432'),
    new GraphQLError('secret', { extensions: { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['at x'], exception: {} } }),
    new GraphQLError('secret', { extensions: { code: 'toString' } }),
  ]
  for (const error of raised) {
    assert.deepEqual(scrub(error.toJSON()), { message: 'Internal error.', extensions: { code: 'INTERNAL' } })
    assert.ok(isInternal(error.toJSON()))
  }
})

test('mistakes that the GraphQL server found itself are the caller’s', () => {
  const error = new GraphQLError('Syntax Error: x', { extensions: { code: 'GRAPHQL_PARSE_FAILED' } })
  assert.deepEqual(scrub(error.toJSON()), { message: 'Syntax Error: x', extensions: { code: 'BAD_REQUEST' } })
})

test('a message quotes what was sent up to a length', () => {
  const message = (text: string) => scrub(fault('BAD_REQUEST', text).toJSON()).message
  assert.equal(message('x'.repeat(1_000)), 'x'.repeat(1_000))
  assert.equal(message('x'.repeat(200_000)), `${'x'.repeat(1_000)}…`)
  assert.ok(message(`x${'😀'.repeat(1_000)}`).isWellFormed())
})
