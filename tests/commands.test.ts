import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { addressesOf } from '@vibely/infra/given-server'
import { freePort } from '@vibely/infra/native/ports'
import { serverKinds } from '@vibely/infra/servers'
import { freshNamespace, servers } from '@vibely/testkit/servers'

const infra = (file: string) => fileURLToPath(new URL(`../infra/${file}`, import.meta.url))
const home = await mkdtemp(join(tmpdir(), 'vibely-commands-'))
after(() => rm(home, { recursive: true, force: true }))

/** `vibely …` where no server runs but those that the environment names. */
const vibely = (line: string, env: Readonly<Record<string, string>> = {}) => run('cli.ts', line, env)

const run = (file: string, line: string, env: Readonly<Record<string, string>>) =>
  new Promise<{ code: unknown; told: string }>((resolve) => {
    const surroundings = { PATH: process.env.PATH, VIBELY_HOME: home, VIBELY_SERVERS: 'native', ...env }
    execFile(process.execPath, [infra(file), ...line.split(' ')], { env: surroundings }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, told: stdout + stderr }),
    )
  })

const { KAFKA_BROKERS, ...urls } = servers()
const given = { ...urls, KAFKA_BROKERS: KAFKA_BROKERS.join(',') }

/** Told in two lines: what is wrong, and the way out. */
async function refused(line: string, env: Readonly<Record<string, string>>, what: RegExp): Promise<void> {
  const { code, told } = await vibely(line, env)
  assert.equal(code, 1, told)
  assert.match(told, what)
  assert.match(told, /^[^\n]+\n {2}-> [^\n]+\n$/, 'two lines, and no stack')
}

test('a server that is not there is told with the variable that names it, and without the password in it', async () => {
  const port = await freePort()
  const POSTGRES_URL = `postgres://vibely:hush@127.0.0.1:${port}`
  const TOKEN_KEY_SECRET = 'a secret of more than thirty-two characters'
  await refused(
    'keys rotate',
    { POSTGRES_URL, TOKEN_KEY_SECRET },
    new RegExp(`^PostgreSQL does not answer where POSTGRES_URL .* 127.0.0.1:${port}\n`),
  )
  await refused('migrate', { ...given, MONGODB_URL: `mongodb://127.0.0.1:${port}` }, /^MongoDB does not answer where MONGODB_URL says/)
  await refused('dlq list', { KAFKA_BROKERS: `127.0.0.1:${port}` }, /^Kafka does not answer where KAFKA_BROKERS says/)
  await refused('dlq list', { KAFKA_BROKERS: 'kafka' }, /^KAFKA_BROKERS is not usable/)
  await refused('seed', { MONGODB_URL: 'postgres://x' }, /^MONGODB_URL is not usable/)
  const { code, told } = await vibely('status', { ...given, POSTGRES_URL })
  assert.equal(code, 0)
  assert.match(told, /PostgreSQL does not answer where POSTGRES_URL says/)
  assert.doesNotMatch(told, /(MongoDB|Redis|Kafka) does not answer|hush/)
})

test('dead letters of an installation that was never migrated, and those that are not there, are told so', async () => {
  const namespace = freshNamespace()
  for (const line of ['dlq list', 'dlq show x', 'dlq replay --all'])
    await refused(
      line,
      { ...given, VIBELY_NAMESPACE: namespace },
      new RegExp(`^There is no topic of dead letters in the namespace ${namespace}\\.`),
    )
  await refused('dlq frob', given, /^There is no dlq frob\./)
  const { code, told } = await vibely('dlq list', { ...given, VIBELY_NAMESPACE: 'A b' })
  assert.equal(code, 1)
  assert.match(told, /^The environment is not usable:\n {2}VIBELY_NAMESPACE: .*\n {2}-> .*\n$/)
})

test('members are added through a router that is there: it is asked for ahead of the catalogue', async () => {
  await refused(`seed --router http://127.0.0.1:${await freePort()}`, given, /^No router is ready at/)
  await refused('seed --router localhost', given, /^localhost is no address of a router/)
})

test('help does nothing, and what a command does not take keeps it from starting', async () => {
  // Nothing is there for these to work on: if they began, they would fail.
  for (const command of ['migrate', 'seed', 'keys', 'down', 'compose', 'dlq']) {
    const { code, told } = await vibely(`${command} --help`)
    assert.deepEqual([code, told.includes(command)], [0, true], told)
  }
  await refused('down now', {}, /Unexpected argument 'now'/)
  await refused('compose --chek', {}, /Unknown option '--chek'/)
})

test('tests that are asked for and not there are no reason to run all', async () => {
  const { code, told } = await run('test.ts', 'no-such-test', {})
  assert.equal(code, 1)
  assert.match(told, /^No test file has no-such-test in its path\.\n {2}-> .*\n$/)
})

test('hosts and ports are read from every form of an address', () => {
  const of = (name: string, text: string) => addressesOf(serverKinds.find(({ variable }) => variable === name)!, text)
  assert.deepEqual(of('POSTGRES_URL', 'postgres://me:p@ss@db/vibely?x=1'), [{ host: 'db', port: 5432 }])
  assert.deepEqual(of('POSTGRES_URL', 'postgresql:///vibely?host=/run'), [])
  assert.deepEqual(of('MONGODB_URL', 'mongodb://me:pw@a:1,[::1]:2,c/?replicaSet=rs0'), [
    { host: 'a', port: 1 },
    { host: '::1', port: 2 },
    { host: 'c', port: 27017 },
  ])
  assert.deepEqual(of('MONGODB_URL', 'mongodb+srv://cluster.example'), [])
  assert.deepEqual(of('MONGODB_URL', 'mongodb://%2Ftmp%2Fmongodb.sock'), [])
  assert.deepEqual(of('REDIS_URL', 'rediss://:pw@cache:7000/1'), [{ host: 'cache', port: 7000 }])
  assert.deepEqual(of('KAFKA_BROKERS', 'a:9092, b:9093'), [
    { host: 'a', port: 9092 },
    { host: 'b', port: 9093 },
  ])
})
