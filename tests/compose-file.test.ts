import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { authProcessEnv } from '@vibely/auth/env'
import { cultureProcessEnv } from '@vibely/culture/env'
import { feedProcessEnv } from '@vibely/feed/env'
import { nodeSettings } from '@vibely/infra/node-settings'
import { subgraphNames } from '@vibely/infra/processes'
import { freshSecrets } from '@vibely/infra/secrets'
import { serverKinds } from '@vibely/infra/servers'
import { kafkaEnv, mongoEnv, postgresEnv, readEnv, redisEnv } from '@vibely/kit/env'
import { remoteEnv, routerEnv } from '@vibely/router/env'
import { socialProcessEnv } from '@vibely/social/env'
import { DCLinter } from 'dclint'
import { validate } from 'dockerfile-utils'
import { composeFile, composeServices, composeVariables } from './support/compose.ts'
import { dockerfile, stages } from './support/dockerfile.ts'

const secrets = freshSecrets()
const services = await composeServices({ ...secrets, MAIL_URL: 'smtp://mail.example:25' })
const shapes = {
  auth: authProcessEnv,
  culture: cultureProcessEnv,
  social: socialProcessEnv,
  feed: feedProcessEnv,
  router: { ...routerEnv, ...remoteEnv },
}
const portOf = (name: keyof typeof shapes) => services[name]?.environment[`${name.toUpperCase()}_PORT`]

test('docker-compose.yml is what the Compose specification allows', () => {
  // The router's port is the one that is open to the world.
  const linter = new DCLinter({ rules: { 'no-unbound-port-interfaces': 0 }, quiet: true, debug: false, exclude: [] })
  const [result]: { readonly messages: readonly { readonly type: string }[] }[] = linter.lintFiles([fileURLToPath(composeFile)], false)
  // Its warnings are about order and quotes.
  assert.deepEqual(
    result?.messages.filter(({ type }) => type === 'error'),
    [],
  )
})

test('the Dockerfile has no fault, and a service runs without a shell and without root', async () => {
  assert.deepEqual(validate(await readFile(dockerfile, 'utf8')), [])
  const { build, migrate, service } = await stages()
  assert.ok(build && migrate && service)
  assert.match(service.image, /^gcr\.io\/distroless\/nodejs24-/)
  for (const { user } of [migrate, service]) assert.match(user, /^[1-9]\d*:[1-9]\d*$/)
})

test('a service in a container has the limits of memory that it has without one', async () => {
  const { service } = await stages()
  assert.deepEqual(service?.command.slice(0, nodeSettings.flags.length), nodeSettings.flags)
  for (const [name, value] of Object.entries(nodeSettings.env)) assert.equal(service?.environment[name], value)
})

test('every variable of docker-compose.yml stands in .env.example', async () => {
  const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
  const documented = new Set([...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name))
  const variables = await composeVariables()
  assert.deepEqual([...variables].filter((name) => !documented.has(name)).sort(), [])
})

test('without its password no container starts', async () => {
  await assert.rejects(composeServices({}), /POSTGRES_PASSWORD/)
})

for (const [name, shape] of Object.entries(shapes)) {
  test(`${name} gets every setting it reads, good ones, and no other`, () => {
    const environment = services[name]?.environment ?? {}
    readEnv(shape, { ...environment, NODE_ENV: 'production' })
    const expected = [...Object.keys(shape), 'HEALTH_PORT', 'METRICS_HOST', 'METRICS_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].filter(
      (key) => key !== 'NODE_ENV',
    )
    assert.deepEqual(Object.keys(environment).sort(), expected.sort())
  })
}

test('migrate gets the addresses of all servers', () => {
  readEnv({ ...postgresEnv, ...mongoEnv, ...redisEnv, ...kafkaEnv }, services.migrate?.environment)
})

test('the router finds each subgraph, and each probe its process', () => {
  for (const name of subgraphNames) {
    assert.equal(services.router?.environment[`${name.toUpperCase()}_URL`], `http://${name}:${portOf(name)}`)
    assert.equal(services[name]?.environment.LISTEN_HOST, '0.0.0.0')
  }
  for (const name of [...subgraphNames, 'router'] as const) assert.equal(services[name]?.environment.HEALTH_PORT, portOf(name))
  assert.equal(services.router?.environment.ROUTER_HOST, '0.0.0.0')
  assert.deepEqual(services.router?.ports, [`4000:${portOf('router')}`])
})

test('npm start finds each server of docker-compose.yml at the port that it asked for', async () => {
  const ports = Object.fromEntries(serverKinds.map(({ native, defaultPort }) => [native.portVariable, String(defaultPort)]))
  const started = await composeServices({ ...secrets, ...ports })
  for (const { compose, defaultPort } of serverKinds) {
    assert.deepEqual(started[compose.service]?.ports, [`127.0.0.1:${defaultPort}:${compose.innerPort}`])
  }
  // A client goes on where the broker says: the host's listener must name the published port.
  const { KAFKA_ADVERTISED_LISTENERS, KAFKA_LISTENERS } = started.kafka!.environment
  assert.match(KAFKA_LISTENERS!, /HOST:\/\/:19092,/)
  assert.match(KAFKA_ADVERTISED_LISTENERS!, new RegExp(`HOST://${started.kafka!.ports![0]!.replace(/:\d+$/, '')}$`))
})

test('what a service waits for is there', () => {
  for (const { depends_on = {} } of Object.values(services)) for (const name of Object.keys(depends_on)) assert.ok(services[name], name)
})
