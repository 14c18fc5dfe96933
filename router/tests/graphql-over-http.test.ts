import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { runRouter } from './running.ts'

// The header proves to CSRF prevention that no form sent the GET requests. Introspection is part of what is audited.
const fetchFn: typeof fetch = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), 'apollo-require-preflight': '1' } })

for (const longWayOnly of [false, true]) {
  describe(`audit of the GraphQL over HTTP specification, ${longWayOnly ? 'through Apollo Server' : 'the short way'}`, async () => {
    const running = await runRouter({ longWayOnly })
    after(() => running[Symbol.asyncDispose]())
    const audits = serverAudits({ url: `${running.url}/graphql`, fetchFn })
    test('has 61 audits', () => assert.equal(audits.length, 61))
    for (const { id, name, fn } of audits) {
      test(`${id} ${name}`, async () => {
        const result = await fn()
        assert.equal(result.status, 'ok', 'reason' in result ? result.reason : undefined)
      })
    }
  })
}
