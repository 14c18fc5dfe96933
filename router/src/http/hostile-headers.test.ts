import assert from 'node:assert/strict'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { openAuthenticator } from '../identity/authenticator.ts'
import { clientAddress } from '../identity/client-address.ts'
import { takesParts } from './incremental.ts'
import { answerType, prefersEvents } from './negotiate.ts'
import { cors, originCheck } from './origins.ts'
import { isJsonBody } from './parameters.ts'

// Node takes no headers of more than 16 KB. This is sixty times that: what reads each character a few times is done at once,
// what begins anew at each is not done in the time that a file of tests has.
const LENGTH = 1_000_000
const PARTS = [
  ' ',
  ',',
  ';',
  '"',
  '\\"',
  '=',
  '/',
  '*/*,',
  'a,',
  ';a=',
  '; charset="',
  ';q=0.1,',
  'multipart/mixed;',
  'multipart/mixed; deferSpec=',
  'multipart/mixed ; a="b;c,d"; deferSpec="2022082x",',
  'text/event-stream,',
  'application/json',
  'application/json;',
  'application/json ;charset=',
  'application/graphql-response+json;q=0.',
  'Bearer ',
  'e30.',
  '::ffff:',
  '1.1.1.1,',
  '[',
]
const hostile = PARTS.flatMap((part) =>
  ['', 'multipart/mixed', 'application/json', 'Bearer ', 'text/event-stream'].map((start) => start + part.repeat(LENGTH / part.length)),
)

const requestWith = (headers: IncomingHttpHeaders) =>
  ({ headers, method: 'POST', socket: { remoteAddress: '10.0.0.1' } }) as unknown as IncomingMessage
const allow = cors(['https://a.example'])
const isAllowed = originCheck(['https://a.example'])
const addressOf = clientAddress(['10.0.0.0/8'])
const identify = async () => {
  throw new Error('not a token')
}
const authenticator = openAuthenticator({ accessTokens: { identify }, apiKeys: null, isRevoked: () => false })

const readers: Readonly<Record<string, (header: string) => unknown>> = {
  'accept: the type of the answer': answerType,
  'accept: events': prefersEvents,
  'accept: parts': takesParts,
  'content-type': (header) => isJsonBody(requestWith({ 'content-type': header })),
  'origin: leave to read': (origin) => allow(requestWith({ origin })),
  'origin: leave to open a socket': (origin) => isAllowed({ origin, host: 'a' }),
  'x-forwarded-for': (header) => addressOf(requestWith({ 'x-forwarded-for': header })),
  authorization: (header) => assert.rejects(authenticator.authenticate(header, null)),
}

for (const [name, read] of Object.entries(readers))
  test(`${name}: a header full of anything is read once`, async () => {
    for (const header of hostile) await read(header)
  })

test('what is not hostile is still understood', () => {
  assert.equal(answerType('text/html, application/graphql-response+json;q=0.9'), 'application/graphql-response+json')
  assert.equal(takesParts('application/json, multipart/mixed; boundary="a"; deferSpec=20220824'), true)
  assert.equal(isJsonBody(requestWith({ 'content-type': 'application/json ; charset="utf-8"' })), true)
  assert.equal(prefersEvents('text/event-stream'), true)
})
