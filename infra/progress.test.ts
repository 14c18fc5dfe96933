import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Progress } from './progress.ts'

const output = (isTTY: boolean) => {
  const text: string[] = []
  return { isTTY, columns: 40, write: (part: string) => text.push(part), text: () => text.join('') }
}

it('without a terminal every event is a plain line', async () => {
  const out = output(false)
  const progress = new Progress(out)
  await progress.step('Redis', async (report) => report('starting'))
  await assert.rejects(progress.step('Kafka', () => Promise.reject(new Error('no'))))
  assert.match(out.text(), /^ {8}Redis: starting\n {2}done {2}Redis \(\d+\.\d s\)\n {2}FAILED {2}Kafka\n$/)
  assert.deepEqual(
    progress.taken.map(({ title }) => title),
    ['Redis'],
  )
})

it('on a terminal a finished step replaces its running line, and no line is wider than the terminal', async () => {
  const out = output(true)
  const progress = new Progress(out)
  await progress.step('Redis', async (report) => {
    report('a note that is much longer than the terminal is wide')
    progress.say('meanwhile')
  })
  const lines = out.text().split('\n')
  assert.ok(
    lines.every((line) => line.length < 60),
    lines.join('|'),
  )
  assert.ok(out.text().endsWith('s)\n'))
})
