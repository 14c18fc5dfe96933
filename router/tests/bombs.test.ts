import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, beforeEach, describe, test } from 'node:test'
import { FAULTS, type FaultCode } from '@vibely/kit/errors'
import { eventually } from '@vibely/testkit/eventually'
import WebSocket from 'ws'
import { BOMBS } from './bombs.ts'
import { runRouter } from './running.ts'

interface Refused {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions?: { readonly code?: FaultCode } }[]
}
const isRefused = ({ data, errors }: Refused) => {
  const code = errors?.[0]?.extensions?.code
  assert.equal(data, undefined)
  assert.ok(code && FAULTS[code].status < 500, `code ${code}`)
}

for (const production of [true, false])
  describe(`bombs are refused before any fetch, ${production ? 'production' : 'development'}`, async () => {
    const running = await runRouter({ env: { NODE_ENV: production ? 'production' : 'test' } })
    after(() => running[Symbol.asyncDispose]())
    beforeEach(() => void running.world.calls.splice(0))

    for (const [name, { query, variables = '{}' }] of Object.entries(BOMBS)) {
      const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`

      test(name, async () => {
        const answer = await fetch(`${running.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
          body,
        })
        const text = await answer.text()
        assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${text.slice(0, 300)}`)
        isRefused(JSON.parse(text) as Refused)
        assert.deepEqual(running.world.calls, [])
      })

      test(`${name}, by GET`, async () => {
        const search = new URLSearchParams({ query, variables })
        const answer = await fetch(`${running.url}/graphql?${search}`, {
          headers: { accept: 'application/graphql-response+json', 'apollo-require-preflight': 'true' },
        })
        assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${(await answer.text()).slice(0, 300)}`)
        assert.deepEqual(running.world.calls, [])
      })
    }

    test('over a socket, which goes on', async () => {
      const socket = new WebSocket(`${running.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      const messages: { readonly type: string; readonly id?: string; readonly payload?: unknown }[] = []
      socket.on('message', (data) => messages.push(JSON.parse(String(data)) as (typeof messages)[number]))
      await once(socket, 'open')
      socket.send('{"type":"connection_init"}')
      await eventually(() => messages.some(({ type }) => type === 'connection_ack'))
      for (const [name, { query, variables = '{}' }] of Object.entries(BOMBS)) {
        const payload = `{"query":${JSON.stringify(query)},"variables":${variables}}`
        const message = `{"id":${JSON.stringify(name)},"type":"subscribe","payload":${payload}}`
        // A message of more than 64 KB would close the socket.
        if (message.length > 64 * 1024) continue
        socket.send(message)
        await eventually(() => messages.some(({ id }) => id === name))
        const answer = messages.find(({ id }) => id === name)
        isRefused(answer?.type === 'error' ? { errors: answer.payload as NonNullable<Refused['errors']> } : (answer?.payload as Refused))
      }
      socket.close()
      assert.deepEqual(running.world.calls, [])
    })
  })
