import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWeak, lengthProblem } from './strength.ts'

for (const password of [
  'password',
  'PassWord',
  '12345678',
  'qwertyuiop',
  'iloveyou',
  'aaaaaaaa',
  'abababab',
  'vibely123',
  'Bruno_bruno',
  'chiara99',
]) {
  test(`${password} is weak`, () => assert.equal(isWeak(password, ['bruno', 'Chiara Rossi', 'chiara.rossi']), true))
}

for (const password of ['a quiet harbour', 'bruno walks the dog', 'vibely and verse', 'Tr0ub4dor&3x', 'пароль моей кошки']) {
  test(`${password} is good enough`, () => assert.equal(isWeak(password, ['bruno']), false))
}

test('length counts characters, not bytes', () => {
  assert.deepEqual([lengthProblem('ééééééé'), lengthProblem('🦉🦉🦉🦉🦉🦉🦉🦉')], ['TOO_SHORT', null])
  assert.deepEqual([lengthProblem('🦉'.repeat(128)), lengthProblem('x'.repeat(129))], [null, 'TOO_LONG'])
})
