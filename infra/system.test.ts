import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { launch, stopProcess } from './native/process.ts'
import { Problem } from './problem.ts'
import { claimFolder, files, stopOrphans } from './system.ts'

const folder = await mkdtemp(join(tmpdir(), 'vibely-system-'))
after(() => rm(folder, { recursive: true, force: true }))

const launchIdle = (pidFile: string) =>
  launch({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], port: 1, pidFile, logFile: join(folder, 'idle.log') })

it('a second start of the same folder is refused and told what to do, until the first one has ended', async () => {
  const claim = join(folder, 'run', 'starter.json')
  files(folder, 'any') // makes run/
  const { record } = await launchIdle(claim)
  assert.throws(
    () => claimFolder(folder),
    (error) => error instanceof Problem && error.message.includes(String(record.pid)) && error.wayOut.includes('VIBELY_HOME'),
  )
  await stopProcess(claim)
  claimFolder(folder)()
})

it('what a killed start left running is stopped by the next one', async () => {
  await launchIdle(files(folder, 'router').pidFile)
  assert.deepEqual(await stopOrphans(folder), ['router'])
  assert.deepEqual(await stopOrphans(folder), [])
})
