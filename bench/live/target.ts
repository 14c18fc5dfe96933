import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@vibely/infra/native/ports'
import { nodeSettings } from '@vibely/infra/node-settings'
import { openLivePublisher } from '@vibely/kit/live'
import { Redis } from 'ioredis'
import { untilAnswers } from '../measure/answers.ts'
import { type Launched, launch } from '../measure/launch.ts'
import { CHANNEL, newsEvent, newsSupergraph, subscriptions } from './news.ts'

export type TargetName = keyof typeof subscriptions

export interface Target extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  readonly query: string
  /** Publishes the next event. @returns its number */
  publish(): Promise<number>
}

interface TargetOptions {
  readonly redisUrl: string
  readonly namespace: string
  readonly core: number | undefined
}

/** A server that fans out events of one channel, and the way to publish them. */
export async function startTarget(name: TargetName, options: TargetOptions): Promise<Target> {
  await using stack = new AsyncDisposableStack()
  const port = await freePort()
  const launched = stack.use(name === 'vibely' ? launchRouter(stack, port, options) : launchOther(name, port, options))
  const origin = `127.0.0.1:${port}/graphql`
  await untilAnswers(name, launched, `http://${origin}`)
  const redis = stack.adopt(new Redis(options.redisUrl), (connection) => forget(connection, options.namespace))
  const publisher = openLivePublisher({ redis, namespace: options.namespace })
  let number = 0
  const open = stack.move()
  return {
    url: `ws://${origin}`,
    pid: launched.pid,
    query: subscriptions[name],
    async publish() {
      number += 1
      const data = newsEvent(number)
      if (name === 'vibely') await publisher.publish({ channel: CHANNEL, seq: number, epoch: 'epoch-1', data })
      else await redis.publish(`${options.namespace}${CHANNEL}`, data)
      return number
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function launchRouter(stack: AsyncDisposableStack, port: number, { redisUrl, namespace, core }: TargetOptions): Launched {
  const folder = stack.adopt(mkdtempSync(join(tmpdir(), 'vibely-live-')), (path) => rmSync(path, { recursive: true }))
  const file = join(folder, 'supergraph.graphql')
  writeFileSync(file, newsSupergraph())
  return launch({
    script: '../router/src/main.ts',
    args: ['--supergraph', file, '--port', String(port)],
    flags: [...nodeSettings.flags, '--import', new URL('../../packages/kit/src/telemetry-setup.ts', import.meta.url).href],
    core,
    env: {
      ...nodeSettings.env,
      REDIS_URL: redisUrl,
      VIBELY_NAMESPACE: namespace,
      CURSOR_SECRET: 'of the benchmark, known to everyone, and long enough',
    },
  })
}

const launchOther = (name: 'plain' | 'raw', port: number, { redisUrl, namespace, core }: TargetOptions): Launched =>
  launch({ script: `live/${name}.ts`, args: [String(port)], core, env: { REDIS_URL: redisUrl, VIBELY_NAMESPACE: namespace } })

async function forget(redis: Redis, namespace: string): Promise<void> {
  const keys = await redis.keys(`${namespace}*`)
  if (keys.length > 0) await redis.del(keys)
  redis.disconnect()
}
