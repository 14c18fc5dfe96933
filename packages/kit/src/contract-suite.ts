import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { composeServices } from '@apollo/composition'
import type { DescFile, DescMessage } from '@bufbuild/protobuf'
import { eventually } from '@vibely/testkit/eventually'
import type { RouterSide } from '@vibely/testkit/router-side'
import { type ASTNode, isObjectType, Kind, parse, visit } from 'graphql'
import './telemetry-setup.ts'
import { newId } from './ids.ts'
import type { Subgraph } from './subgraph.ts'

/** A subgraph that runs for its tests. */
export interface RunningSubgraph extends AsyncDisposable {
  readonly url: string
  readonly router: RouterSide
  readonly subgraph: Subgraph
  /** Settings under which its process is the same installation. */
  readonly env: Readonly<Record<string, string>>
}

export interface ContractOptions {
  /** As in `schema/<name>.graphql`. */
  readonly name: string
  /** `src/main.ts` of the subgraph. */
  readonly main: URL
  start(): Promise<RunningSubgraph>
}

/** Registers the tests that every subgraph passes, whatever it is about. */
export function subgraphContract({ name, main, start }: ContractOptions): void {
  let running: RunningSubgraph
  before(async () => {
    running = await start()
  })
  after(() => running[Symbol.asyncDispose]())

  const post = (body: string, headers: Readonly<Record<string, string>>) =>
    fetch(`${running.url}/graphql`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

  test('without a signature of the router only probes and pages answer', async () => {
    const signed = await running.router.sign('{"query":"{ __typename }"}')
    const bodies = ['{ __typename }', '{ _service { sdl } }', '{ __schema { types { name } } }'].map((query) => JSON.stringify({ query }))
    for (const body of [...bodies, '', 'no json']) {
      for (const headers of [{}, { authorization: 'Bearer x' }, { ...signed, 'x-vibely-signature': 'AAAA' }]) {
        const response = await post(body, headers)
        assert.equal(response.status, 401)
        const { data, errors } = (await response.json()) as { data?: unknown; errors: { extensions: unknown }[] }
        assert.equal(data, undefined)
        assert.deepEqual(
          errors.map(({ extensions }) => extensions),
          [{ code: 'UNAUTHENTICATED', service: name }],
        )
      }
    }
    for (const probe of ['/livez', '/readyz', '/startupz']) assert.equal((await fetch(running.url + probe)).status, 200, probe)
  })

  test('a signature counts once, and for its own body', async () => {
    const body = '{"query":"{ __typename }"}'
    const headers = await running.router.sign(body)
    assert.equal((await post(`${body} `, headers)).status, 401)
    assert.equal((await post(body, headers)).status, 200)
    assert.equal((await post(body, headers)).status, 401)
  })

  test('a failure that nobody foresaw leaves as INTERNAL with a trace id, and nothing else', async () => {
    const secret = 'connect ECONNREFUSED 10.1.2.3:5432'
    const fail = () => {
      throw new Error(secret)
    }
    const query = 'query ($user: _Any!) { _entities(representations: [$user]) { ... on User { username } } }'
    const question = { query, variables: { user: { __typename: 'User', id: newId('user') } } }
    for (const contextFor of [() => new Proxy({}, { get: fail }), fail]) {
      const broken: Subgraph = { ...running.subgraph, contextFor }
      broken.logger.level = 'silent'
      await using served = await running.router.serve(broken)
      const answer = await running.router.ask(served.url, question)
      const [error] = answer.errors ?? []
      assert.equal(error?.message, 'Internal error.')
      const { traceId, ...rest } = error?.extensions ?? {}
      assert.match(String(traceId), /^[0-9a-f]{32}$/)
      assert.deepEqual(rest, { code: 'INTERNAL', service: name })
      assert.ok(!JSON.stringify(answer).includes(secret))
    }
  })

  test('entities of unknown ids are null', async () => {
    const entities = entitiesOf(await sdlOf(name))
    assert.ok(entities.length > 0)
    for (const { type, prefix } of entities) {
      const representations = [newId(prefix), newId('nobody'), 'x', ''].map((id) => ({ __typename: type, id }))
      const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }'
      const { data, errors } = await running.router.ask(running.url, { query, variables: { of: representations } })
      assert.deepEqual({ data, errors }, { data: { _entities: [null, null, null, null] }, errors: undefined }, type)
    }
  })

  test('every event of its own, and every entity that routers may keep, stands in the table of changes', async () => {
    const changes = running.subgraph.versions?.changes
    assert.ok(changes)
    assert.deepEqual(
      (await eventsOf(name)).filter((type) => !changes.eventTypes.has(type)),
      [],
    )
    const sdl = await sdlOf(name)
    const keepable = keepableOf(sdl)
    assert.deepEqual(
      keepable.filter((type) => !changes.entityTypes.has(type)),
      [],
    )
    const known = new Set(
      parse(sdl).definitions.flatMap((definition) => ('name' in definition && definition.name ? definition.name.value : [])),
    )
    assert.deepEqual(
      [...changes.entityTypes].filter((type) => !known.has(type)),
      [],
    )
  })

  test('every part of the SDL is described', async () => {
    assert.deepEqual(undescribed(await sdlOf(name)), [])
  })

  test('every query and mutation has a resolver', () => {
    const { schema } = running.subgraph
    const roots = [schema.getQueryType(), schema.getMutationType()].filter(isObjectType)
    const fields = roots.flatMap((root) => Object.values(root.getFields()))
    assert.deepEqual(
      fields.filter(({ resolve }) => !resolve).map((field) => field.name),
      [],
    )
  })

  test('the SDL composes with the others', async () => {
    const names = ['auth', 'culture', 'social', 'feed']
    const services = await Promise.all(
      names.map(async (service) => ({ name: service, url: service, typeDefs: parse(await sdlOf(service)) })),
    )
    const { errors, hints } = composeServices(services)
    assert.deepEqual(errors?.map(({ message }) => message) ?? [], [])
    // Each subgraph declares its own codes of user errors, and composition joins them.
    const unexpected = (hints ?? []).filter(({ coordinate }) => !coordinate?.startsWith('UserErrorCode.'))
    assert.deepEqual(
      unexpected.map(({ message }) => message),
      [],
    )
  })

  test('SIGTERM lets a running request end, takes no other, and the process ends with 0', async () => {
    await using child = await startProcess({ main, env: { ...running.env, [`${name.toUpperCase()}_PORT`]: '0', LOG_LEVEL: 'info' } })
    assert.equal((await fetch(`${child.url}/readyz`)).status, 200)
    const body = '{"query":"{ __typename }"}'
    const { request, answer } = await halfSent(child.url, body, await running.router.sign(body))
    child.process.kill('SIGTERM')
    await eventually(async () => (await fetch(`${child.url}/readyz`).catch(() => null))?.status !== 200)
    request.end(body.slice(5))
    const response = await answer
    assert.equal(response.statusCode, 200)
    assert.deepEqual(JSON.parse(await text(response)), { data: { __typename: 'Query' } })
    assert.equal(await child.exited, 0)
  })
}

const sdlOf = (name: string) => readFile(fileURLToPath(import.meta.resolve(`@vibely/schema/${name}.graphql`)), 'utf8')

/** Types that this SDL can be asked for by id, and the prefix of their ids as the id's description names it. */
function entitiesOf(sdl: string): { type: string; prefix: string }[] {
  return parse(sdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return []
    const key = definition.directives?.find((directive) => directive.name.value === 'key')
    const unresolvable = key?.arguments?.some(
      ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
    )
    const id = definition.fields?.find((field) => field.name.value === 'id')
    const prefix = id?.description?.value.match(/prefix `(\w+)_`/)?.[1]
    return key && !unresolvable && prefix ? [{ type: definition.name.value, prefix }] : []
  })
}

/** Types of the events of a domain: messages that are neither a part of another one nor what is sealed in one. */
async function eventsOf(name: string): Promise<string[]> {
  const folder = new URL(`../../../schema/generated/events/vibely/${name}/v1/`, import.meta.url)
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('_pb.js'))
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<Record<string, DescMessage | DescFile>>),
  )
  const messages = modules.flatMap((module) =>
    Object.values(module).filter((exported): exported is DescMessage => exported.kind === 'message'),
  )
  const parts = new Set(messages.flatMap(({ fields }) => fields.flatMap(({ message }) => message?.typeName ?? [])))
  return messages.map(({ typeName }) => typeName).filter((typeName) => !parts.has(typeName) && !SEALED.has(typeName))
}

const SEALED = new Set(['vibely.auth.v1.PublicProfile'])

/** Entities whose key is the same for all. */
function keepableOf(sdl: string): string[] {
  return parse(sdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return []
    const isEntity = definition.directives?.some((directive) => directive.name.value === 'key')
    const id = definition.fields?.find((field) => field.name.value === 'id')
    return isEntity && id?.directives?.some((directive) => directive.name.value === 'sameForAll') ? [definition.name.value] : []
  })
}

/** Paths of types, fields, arguments and values without a description. */
function undescribed(sdl: string): string[] {
  const missing: string[] = []
  const path: string[] = []
  const nameOf = (node: ASTNode) => (/(Definition|Extension)$/.test(node.kind) && 'name' in node ? node.name?.value : undefined)
  visit(parse(sdl), {
    enter(node) {
      const name = nameOf(node)
      if (name === undefined) return
      path.push(name)
      const described = node.kind.endsWith('Extension') || ('description' in node && node.description)
      if (!described) missing.push(path.join('.'))
    },
    leave(node) {
      if (nameOf(node) !== undefined) path.pop()
    },
  })
  return missing
}

interface Process extends AsyncDisposable {
  readonly process: ChildProcess
  readonly url: string
  readonly exited: Promise<number | null>
}

/** Starts a subgraph's process; resolves with the address that its log names. */
async function startProcess({ main, env }: { readonly main: URL; readonly env: Readonly<Record<string, string>> }): Promise<Process> {
  const child = spawn(process.execPath, [fileURLToPath(main)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    const { url } = JSON.parse(line) as { url?: string }
    if (url === undefined) continue
    child.stdout.resume()
    return {
      process: child,
      url,
      exited,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await exited
      },
    }
  }
  throw new Error(`The process ended before it listened:\n${lines.join('\n')}`)
}

/** Sends the head and the start of a request, and returns when the server has taken it in hand. */
async function halfSent(url: string, body: string, headers: Readonly<Record<string, string>>) {
  const length = Buffer.byteLength(body)
  const request: ClientRequest = httpRequest(`${url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'content-length': length, expect: '100-continue' },
  })
  const answer = once(request, 'response').then(([response]) => response as IncomingMessage)
  request.flushHeaders()
  await once(request, 'continue')
  request.write(body.slice(0, 5))
  return { request, answer }
}
