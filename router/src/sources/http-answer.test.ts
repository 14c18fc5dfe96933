import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerReader, answerReader } from './http-answer.ts'
import { BadAnswer } from './http-head.ts'

const TEXT = '{"data":{"name":"Zoë – 書"}}'
const LENGTH = Buffer.byteLength(TEXT)
const CHUNKED = `${LENGTH.toString(16).toUpperCase()};ext=1\r\n${TEXT}\r\n0\r\nx-trailer: 1\r\n\r\n`

const ANSWERS = {
  'of a length': `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${LENGTH}\r\n\r\n${TEXT}`,
  'in one chunk': `HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKED}`,
  'in small chunks': `HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n${smallChunks(TEXT)}0\r\n\r\n`,
  'behind an interim answer': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\n\r\n${TEXT}`,
}

/** Cut between the bytes of a character too. */
function smallChunks(text: string): string {
  const bytes = Buffer.from(text)
  let out = ''
  for (let from = 0; from < bytes.length; from += 5) {
    const part = bytes.subarray(from, from + 5)
    out += `${part.length}\r\n${part.toString('latin1')}\r\n`
  }
  return Buffer.from(out, 'latin1').toString('latin1')
}

const bytesOf = (name: string, text: string) => Buffer.from(text, name === 'in small chunks' ? 'latin1' : 'utf8')

/** The bytes in memory that is used again as soon as they are read. */
function lend(reader: AnswerReader, bytes: Buffer): boolean {
  const lent = Buffer.from(bytes)
  const complete = reader.push(lent)
  lent.fill('#')
  return complete
}

for (const [name, text] of Object.entries(ANSWERS))
  test(`an answer ${name} is read, wherever the network cuts it`, () => {
    const bytes = bytesOf(name, text)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = answerReader()
      assert.equal(lend(reader, bytes.subarray(0, cut)), cut === bytes.length, `cut at ${cut}`)
      if (cut < bytes.length) assert.equal(lend(reader, bytes.subarray(cut)), true, `cut at ${cut}`)
      assert.deepEqual(reader.answer(), { status: 200, text: TEXT })
    }
    const single = answerReader()
    const complete = [...bytes].map((_, index) => lend(single, bytes.subarray(index, index + 1)))
    assert.deepEqual(complete.indexOf(true), bytes.length - 1)
    assert.equal(single.answer().text, TEXT)
  })

test('an answer without a length ends with the connection', () => {
  const reader = answerReader()
  assert.equal(reader.end(), false)
  assert.equal(lend(reader, Buffer.from(`HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n${TEXT.slice(0, 5)}`)), false)
  assert.equal(lend(reader, Buffer.from(TEXT.slice(5))), false)
  assert.equal(reader.end(), true)
  assert.deepEqual(reader.answer(), { status: 502, text: TEXT })
  assert.equal(reader.keptMs(), 0)
})

test('an answer that was cut off is none', () => {
  for (const [name, text] of Object.entries(ANSWERS)) {
    const reader = answerReader()
    assert.equal(lend(reader, bytesOf(name, text).subarray(0, -1)), false)
    assert.equal(reader.end(), false)
  }
})

test('a connection is kept as long as the server says, and never with bytes left on it', () => {
  const kept = (head: string, more = '') => {
    const reader = answerReader()
    assert.equal(lend(reader, Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${more}`)), true)
    return reader.keptMs()
  }
  assert.equal(kept('content-length: 0'), undefined)
  assert.equal(kept('content-length: 0\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72, max=9'), 72_000)
  assert.equal(kept('content-length: 0\r\nConnection: close\r\nKeep-Alive: timeout=72'), 0)
  assert.equal(kept('content-length: 1', 'ab'), 0)
  assert.equal(kept('transfer-encoding: chunked', '0\r\n\r\nHTTP/1.1'), 0)
})

test('what is no HTTP, ambiguous or too large is refused', () => {
  const refused = [
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 99 Low\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n',
    `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}`,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\n',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(2_000)}`,
  ]
  for (const text of refused) assert.throws(() => answerReader().push(Buffer.from(text)), BadAnswer, JSON.stringify(text.slice(0, 90)))
  const endless = answerReader()
  endless.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))
  const megabyte = Buffer.alloc(1024 * 1024)
  for (let sent = 0; sent < 16; sent += 1) endless.push(megabyte)
  assert.throws(() => endless.push(megabyte), BadAnswer)
})
