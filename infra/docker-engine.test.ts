import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { after, it } from 'node:test'
import { findServers } from './commands/addresses.ts'
import { composeDown, composeUp } from './docker-engine.ts'

// A docker that notes what it is asked and answers as an engine with one running server would.
const folder = await mkdtemp(join(tmpdir(), 'vibely-docker-'))
after(() => rm(folder, { recursive: true, force: true }))
const asked = join(folder, 'asked')
const script = `#!/bin/sh
echo "$*" >> ${asked}
case "$*" in
  info*) echo 28.0 ;;
  *' ps '*) echo redis ;;
  *' port '*) echo 0.0.0.0:4013 ;;
esac
`
await writeFile(join(folder, 'docker'), script, { mode: 0o755 })
process.env.PATH = `${folder}${delimiter}${process.env.PATH}`

const commands = async () => {
  const lines = (await readFile(asked, 'utf8')).trim().split('\n')
  await rm(asked)
  return lines.filter((line) => line.startsWith('compose --'))
}

it('a server comes up in a project apart from the whole installation, and is ours unless it ran', async () => {
  const up = await composeUp({ service: 'kafka', innerPort: 19092 }, process.env, () => undefined)
  assert.deepEqual(up, { address: '127.0.0.1:4013', ours: true })
  assert.deepEqual(await commands(), [
    'compose --project-name vibely-development ps --services --status running',
    'compose --project-name vibely-development up --detach --wait kafka',
    'compose --project-name vibely-development port kafka 19092',
  ])
})

it('taking down keeps the volumes, a reset removes them', async () => {
  assert.deepEqual(await composeDown(), ['redis'])
  assert.equal((await commands()).at(-1), 'compose --project-name vibely-development down')
  await composeDown({ removeData: true })
  assert.equal((await commands()).at(-1), 'compose --project-name vibely-development down --volumes')
})

it('commands find the servers that Compose runs beside those that are given, and start none', async () => {
  for (const name of ['POSTGRES_URL', 'MONGODB_URL', 'REDIS_URL', 'VIBELY_SERVERS']) delete process.env[name]
  process.env.VIBELY_HOME = folder
  process.env.KAFKA_BROKERS = 'kafka.example:9092'
  const found = new Map([...(await findServers())].map(([{ variable }, { url }]) => [variable, url]))
  assert.deepEqual(Object.fromEntries(found), { KAFKA_BROKERS: 'kafka.example:9092', REDIS_URL: 'redis://127.0.0.1:4013' })
  assert.deepEqual(await commands(), [
    'compose --project-name vibely-development ps --services --status running',
    'compose --project-name vibely-development port redis 6379',
  ])
})
