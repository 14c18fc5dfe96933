import assert from 'node:assert/strict'
import { platform } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { freePort } from '@vibely/infra/native/ports'
import { subgraphNames } from '@vibely/infra/processes'
import { freshSecrets } from '@vibely/infra/secrets'
import { dropNamespace } from '@vibely/testkit/cleanup'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { type ComposeService, composeServices } from './support/compose.ts'
import { type Container, startContainer } from './support/container.ts'

/** Where the containers meet: on Linux not the address that a process listens on when it listens on the loopback interface alone. */
const NETWORK = platform() === 'linux' ? '127.0.0.2' : '127.0.0.1'
const TRACE_ID = /^[0-9a-f]{32}$/
const processes = [...subgraphNames, 'router'] as const

describe('the containers of docker-compose.yml, as processes', () => {
  const namespace = freshNamespace()
  const running: Container[] = []
  let services: Readonly<Record<string, ComposeService>>
  let routerUrl: string

  before(async () => {
    const settings = { ...freshSecrets(), MAIL_URL: 'smtp://127.0.0.1:1', VIBELY_NAMESPACE: namespace }
    services = await onThisMachine(await composeServices(settings))
    routerUrl = `http://${NETWORK}:${services.router!.environment.ROUTER_PORT}`
  })
  after(async () => {
    await Promise.all(running.map((container) => container.stop()))
    await dropNamespace(namespace)
  })

  const start = async (name: string, changes: Record<string, string> = {}, command?: string[]) => {
    const service = services[name]!
    const container = await startContainer({ ...service, environment: { ...service.environment, ...changes } }, command)
    running.push(container)
    return container
  }
  const ask = async (query: string) => {
    const response = await fetch(`${routerUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    return (await response.json()) as { data?: unknown; errors?: { message: string; extensions: Record<string, unknown> }[] }
  }

  test('migrate brings everything up to date and ends, a second time too', async () => {
    for (const _time of ['first', 'second']) {
      const migrate = await start('migrate')
      assert.equal(await migrate.ended, 0, migrate.log())
    }
    const seed = await start('migrate', {}, ['node', 'infra/cli.ts', 'seed'])
    assert.equal(await seed.ended, 0, seed.log())
  })

  test('auth says that it needs a mail server, and ends', async () => {
    const auth = await start('auth', { MAIL_URL: '' })
    assert.equal(await auth.ended, 1)
    assert.match(auth.log(), /MAIL_URL/)
  })

  test('each process becomes healthy, the router last', async () => {
    const subgraphs = await Promise.all(subgraphNames.map((name) => start(name)))
    await Promise.all(subgraphs.map((container) => container.healthy()))
    await (await start('router')).healthy()
  })

  test('the router answers from the subgraphs', async () => {
    const query = `{ searchCatalog(query: "Inception") { hits(first: 1) { nodes { ... on Film { title genres { followerCount } } } } } }`
    const { data, errors } = await ask(query)
    assert.equal(errors, undefined)
    const [film] = (data as { searchCatalog: { hits: { nodes: { title: string; genres: { followerCount: number }[] }[] } } }).searchCatalog
      .hits.nodes
    assert.equal(film?.title, 'Inception')
    assert.equal(film.genres[0]?.followerCount, 0)

    const signIn = `mutation { signIn(input: { login: "nobody", password: "wrong" }) { userErrors { code } } }`
    assert.deepEqual((await ask(signIn)).data, { signIn: { userErrors: [{ code: 'INVALID_CREDENTIALS' }] } })
  })

  test('what is for developers is not there', async () => {
    for (const page of ['/dev/mail', '/dev/mail.json']) assert.equal((await fetch(routerUrl + page)).status, 404)
    const { data, errors } = await ask('{ __schema { queryType { name } } }')
    assert.equal(data, undefined)
    assert.ok(errors)
  })

  test('what is refused says under which trace to look', async () => {
    const { errors } = await ask('{ homeFeed { nodes { id } } }')
    assert.equal(errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
    assert.match(String(errors[0].extensions.traceId), TRACE_ID)

    const client = createClient({ url: `${routerUrl.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
    const refused = await client
      .iterate({ query: 'subscription { notificationReceived { phase } }' })
      .next()
      .catch((error) => error)
    await client.dispose()
    assert.equal(refused[0]?.extensions.code, 'UNAUTHENTICATED')
    assert.match(String(refused[0].extensions.traceId), TRACE_ID)
  })

  test('SIGTERM ends each process with 0', async () => {
    for (const container of running.splice(-processes.length).toReversed()) assert.equal(await container.stop(), 0, container.log())
  })
})

/** The services with the servers of the test run, and with ports that are free here. */
async function onThisMachine(services: Readonly<Record<string, ComposeService>>): Promise<Readonly<Record<string, ComposeService>>> {
  const { POSTGRES_URL, MONGODB_URL, REDIS_URL, KAFKA_BROKERS } = servers()
  const urls: Record<string, string> = { POSTGRES_URL, MONGODB_URL, REDIS_URL, KAFKA_BROKERS: KAFKA_BROKERS.join(',') }
  const moves = await Promise.all(
    processes.map(async (name) => ({ name, inner: services[name]!.environment.HEALTH_PORT!, outer: String(await freePort()) })),
  )
  const moved = (key: string, value: string) => {
    if (key in urls) return urls[key]!
    if (key.endsWith('_PORT')) return moves.find(({ inner }) => inner === value)?.outer ?? value
    return moves.reduce((text, { name, inner, outer }) => text.replace(`//${name}:${inner}`, `//${NETWORK}:${outer}`), value)
  }
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      { ...service, environment: Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, moved(key, value)])) },
    ]),
  )
}
