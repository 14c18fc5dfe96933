import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { checkout } from '@vibely/infra/native/state'
import { eventually } from '@vibely/testkit/eventually'
import type { ComposeService } from './compose.ts'
import { stages } from './dockerfile.ts'

/** A container's command as a plain process of this machine: the image's /app is the checkout, its Node is ours. */
export interface Container {
  /** Resolves with the status when the process ends. */
  readonly ended: Promise<number | null>
  log(): string
  /** Waits until the image's HEALTHCHECK says yes. */
  healthy(): Promise<void>
  /** `docker stop`. Resolves with the status. */
  stop(): Promise<number | null>
}

/**
 * Starts what `docker compose` would. The process sees the variables of the image and of the service, and none of ours.
 * @param command instead of the image's own
 */
export async function startContainer({ build, environment }: ComposeService, command?: readonly string[]): Promise<Container> {
  const image = build && (await stages())[build.target]
  if (!image) throw new Error('Only images of ours can be run.')
  const folder = here(image.workdir.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => build.args?.[name] ?? ''))
  const env = { PATH: process.env.PATH, ...image.environment, ...environment }
  const [program, ...args] = [...entrypoint(image.image), ...(command ?? image.command)]
  const child = spawn(onHost(program), args.map(here), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = once(child, 'close').then(([status]) => status as number | null)
  const probe = () => {
    const [node, ...probeArgs] = image.probe
    return new Promise<void>((resolve, reject) => {
      execFile(onHost(node), probeArgs, { env }, (error) => (error ? reject(new Error(`not healthy:\n${output}`)) : resolve()))
    })
  }
  return {
    ended,
    log: () => output,
    async healthy() {
      await eventually(() => (child.exitCode === null ? probe() : undefined), { withinMs: 60_000 })
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}:\n${output}`)
    },
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** Distroless images start Node by themselves; Debian's run the command as it is. */
const entrypoint = (image: string): string[] => (image.startsWith('gcr.io/distroless/nodejs') ? ['/nodejs/bin/node'] : [])

const onHost = (program = ''): string => {
  if (program !== 'node' && program !== '/nodejs/bin/node') throw new Error(`The image has no ${program}.`)
  return process.execPath
}

const here = (path: string): string => (path === '/app' || path.startsWith('/app/') ? join(checkout, path.slice('/app'.length)) : path)
