import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Problem } from '../problem.ts'
import { freePort, requireFreePort } from './ports.ts'
import { adopt, isAlive, lastLines, launch, runningProcess, stopProcess } from './process.ts'
import { type NativeServer, startNative } from './server.ts'
import { requireDiskSpace } from './state.ts'
import { cached, run } from './tools.ts'

const root = await mkdtemp(join(tmpdir(), 'vibely-process-'))
after(() => rm(root, { recursive: true, force: true }))

const file = (name: string) => join(root, name)
const launchScript = (name: string, script: string) =>
  launch({ command: process.execPath, args: ['-e', script], port: 1, logFile: file(`${name}.log`), pidFile: file(`${name}.json`) })

describe('the pid file', () => {
  it('finds the process again, and the stop removes both', async () => {
    const { record } = await launchScript('plain', 'setInterval(() => {}, 1000)')
    assert.deepEqual(runningProcess(file('plain.json')), record)
    await stopProcess(file('plain.json'))
    assert.equal(isAlive(record), false)
    assert.equal(runningProcess(file('plain.json')), undefined)
  })

  it('does not take a stranger with the same pid for ours', async () => {
    await writeFile(file('stranger.json'), JSON.stringify({ pid: process.pid, born: '1', port: 1 }))
    await stopProcess(file('stranger.json')) // would end this test run
    assert.equal(runningProcess(file('stranger.json')), undefined)
    await assert.rejects(readFile(file('stranger.json')), { code: 'ENOENT' })
  })

  it('lets nobody adopt a process whose owner lives or that needs none, but one whose owner was killed', async () => {
    const script = 'setInterval(() => {}, 1000)'
    const { record } = await launchScript('owned', script)
    assert.equal(adopt(file('owned.json')), false)
    await writeFile(file('owned.json'), JSON.stringify({ ...record, owner: { pid: process.pid, born: '1' } }))
    assert.equal(adopt(file('owned.json')), true)
    assert.equal(adopt(file('owned.json')), false)
    await stopProcess(file('owned.json'))
  })

  it('is ignored when it was cut off in the middle', async () => {
    await writeFile(file('cut.json'), '{"pid": 12')
    assert.equal(runningProcess(file('cut.json')), undefined)
  })

  it('kills a process that does not heed the signal', async () => {
    const { record } = await launchScript('deaf', "process.on('SIGTERM', () => {}); console.log('listening'); setInterval(() => {}, 1000)")
    while (lastLines(file('deaf.log')) !== 'listening') await new Promise((resolve) => setTimeout(resolve, 20))
    await stopProcess(file('deaf.json'), 'SIGTERM', 200)
    assert.equal(isAlive(record), false)
  })
})

describe('the messages', () => {
  it('name the process on a taken port and the variable that moves ours', async () => {
    const port = await freePort()
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve))
    const problem = await problemOf(requireFreePort(port, 'Redis', 'REDIS_PORT'))
    holder.close()
    assert.match(problem.message, new RegExp(`Port ${port}.*Redis.*process ${process.pid} \\(.*node`))
    assert.match(problem.wayOut, /REDIS_PORT=\d+/)
  })

  it('show the last log lines of a server that ends at once, and leave no pid file', async () => {
    const failing: NativeServer = {
      name: 'redis',
      title: 'Redis',
      portVariable: 'REDIS_PORT',
      stopSignal: 'SIGTERM',
      startTimeoutMs: 10_000,
      prepare: async () => ({ command: process.execPath, args: ['-e', "console.error('cannot map the moon'); process.exit(3)"] }),
      ready: () => Promise.reject(new Error('refused')),
    }
    const place = { folder: file('failing'), cache: file('cache'), port: await freePort(), throwaway: true, report: () => undefined }
    const problem = await problemOf(startNative(failing, place))
    assert.match(problem.message, /Redis ended at once[\s\S]*cannot map the moon/)
    assert.equal(runningProcess(join(place.folder, 'process.json')), undefined)
  })

  it('say what is free and what is needed on a full disk', async () => {
    const problem = await problemOf(Promise.resolve().then(() => requireDiskSpace(root, 2 ** 60)))
    assert.match(problem.message, /full: .* GB free/)
    assert.match(problem.wayOut, /VIBELY_HOME/)
  })

  it('repeat the last words of a tool that fails', async () => {
    const problem = await problemOf(run('sh', ['-c', 'echo No space left on device >&2; exit 1']))
    assert.match(problem.message, /No space left/)
    assert.match(problem.wayOut, /disk is full/)
  })
})

describe('a cached download', () => {
  it('is complete for both of two runs at once, and made no second time', async () => {
    let fills = 0
    const fill = async (empty: string) => {
      fills += 1
      await writeFile(join(empty, 'part'), 'whole')
    }
    await Promise.all([cached(file('jars'), fill), cached(file('jars'), fill)])
    const before = fills
    await cached(file('jars'), fill)
    assert.equal(await readFile(file('jars/part'), 'utf8'), 'whole')
    assert.equal(fills, before)
  })

  it('leaves nothing behind when it fails', async () => {
    await assert.rejects(
      cached(file('broken'), () => Promise.reject(new Error('cut'))),
      /cut/,
    )
    await assert.rejects(readFile(file('broken')), { code: 'ENOENT' })
  })
})

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Problem, `a Problem, not ${String(error)}`)
  return error
}
