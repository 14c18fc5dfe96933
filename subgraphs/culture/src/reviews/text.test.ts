import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanText, excerptOf, lengthOf } from './text.ts'

test('an excerpt has no Markdown and no spoilers', () => {
  const body = '# Title\n\nA **bold** and _soft_ [link](https://x.example) ||he dies|| end.\n\n> quoted `code`\n- item'
  assert.equal(excerptOf(body), 'Title A bold and soft link … end. quoted code item')
})

test('a spoiler that is not closed hides the rest', () => {
  assert.equal(excerptOf('It begins well. ||Then they all'), 'It begins well. …')
})

test('an excerpt is cut between words and never too long', () => {
  const excerpt = excerptOf('word '.repeat(200), 52)
  assert.ok(lengthOf(excerpt) <= 52)
  assert.match(excerpt, /word…$/)
  assert.equal(lengthOf(excerptOf('x'.repeat(500), 40)), 40)
})

test('an excerpt does not tear a character apart', () => {
  assert.equal(excerptOf('🎬'.repeat(60), 40), `${'🎬'.repeat(39)}…`)
})

test('names with underscores and lone asterisks stay', () => {
  assert.equal(excerptOf('snake_case_name costs 3 * 4 * 5'), 'snake_case_name costs 3 * 4 * 5')
})

test('text loses control characters and blank ends, and keeps its lines', () => {
  assert.equal(cleanText('  one\r\ntwo\u0000\u200b\tthree\u0007 \n'), 'one\ntwo\u200b\tthree')
})

test('length counts characters as people do', () => {
  assert.equal(lengthOf('a🎬b'), 3)
})
