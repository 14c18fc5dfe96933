import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slugOf } from './slug.ts'

const examples: readonly (readonly [string, string])[] = [
  ['Inception', 'inception'],
  ['Léon', 'leon'],
  ["Schindler's List", 'schindlers-list'],
  ['Mr. & Mrs. Smith', 'mr-and-mrs-smith'],
  ['The Naked Gun 2½', 'the-naked-gun-2-1-2'],
  ['Alien³', 'alien3'],
  ['Ri¢hie Ri¢h', 'richie-rich'],
  ['J. R. R. Tolkien', 'j-r-r-tolkien'],
]

for (const [text, slug] of examples) test(`${text} is ${slug}`, () => assert.equal(slugOf(text), slug))
