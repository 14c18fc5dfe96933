import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { clientAddress, isAddressOrNetwork } from './client-address.ts'

const from = (trusted: string[], remoteAddress: string | undefined, forwarded?: string) =>
  clientAddress(trusted)({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage)

test('without trusted proxies the header is a claim', () => {
  assert.equal(from([], '203.0.113.9', '1.2.3.4'), '203.0.113.9')
  assert.equal(from([], '::ffff:203.0.113.9'), '203.0.113.9')
  assert.equal(from([], undefined, '1.2.3.4'), null)
})

test('a trusted proxy tells who asked it, and nobody else does', () => {
  const trusted = ['10.0.0.0/8', '192.0.2.7', 'fd00::/8']
  assert.equal(from(trusted, '10.1.2.3', '203.0.113.9'), '203.0.113.9')
  assert.equal(from(trusted, '::ffff:10.1.2.3', '203.0.113.9'), '203.0.113.9')
  assert.equal(from(trusted, 'fd00::1', '[2001:db8::1]:443'), '2001:db8::1')
  assert.equal(from(trusted, '198.51.100.1', '203.0.113.9'), '198.51.100.1')
})

test('what the client wrote ahead of the proxies is not believed', () => {
  const trusted = ['10.0.0.0/8', '192.0.2.7']
  assert.equal(from(trusted, '10.1.2.3', '6.6.6.6, 203.0.113.9, 192.0.2.7'), '203.0.113.9')
  assert.equal(from(trusted, '10.1.2.3', '6.6.6.6, 203.0.113.9:5123, 10.0.0.2'), '203.0.113.9')
})

test('a header that ends or makes no sense leaves the last address that does', () => {
  assert.equal(from(['10.0.0.0/8'], '10.1.2.3'), '10.1.2.3')
  assert.equal(from(['10.0.0.0/8'], '10.1.2.3', 'unknown, 10.0.0.9'), '10.0.0.9')
  assert.equal(from(['10.0.0.0/8'], '10.1.2.3', '10.0.0.8, 10.0.0.9'), '10.0.0.8')
})

test('settings are addresses and networks', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8']) assert.equal(isAddressOrNetwork(good), true, good)
  for (const bad of ['proxy', '10.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', '']) assert.equal(isAddressOrNetwork(bad), false, bad)
})
