import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from '@vibely/infra/native/ports'
import { processesOf, subgraphNames } from '@vibely/infra/processes'
import { eventually } from '@vibely/testkit/eventually'
import type { TestSystem } from './system.ts'

/** One more router of a system, as a load balancer has it beside the first; embedded, its subgraphs come with it. */
export interface AnotherRouter extends AsyncDisposable {
  readonly url: string
}

export async function startAnotherRouter({ topology, env, routerUrl }: TestSystem): Promise<AnotherRouter> {
  const app = processesOf[topology].at(-1)
  if (!app) throw new Error('a system without a router')
  const port = await freePort()
  const addresses = subgraphNames.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${env[`${name.toUpperCase()}_PORT`]}`])
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../../${app.entry}`, import.meta.url))], {
    // The same public address: both take each other's tokens.
    env: { PUBLIC_URL: routerUrl, ...env, ...Object.fromEntries(addresses), LOG_LEVEL: 'fatal', [app.portVariable]: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  const url = `http://localhost:${port}`
  await eventually(async () => (await fetch(`${url}/readyz`)).ok, { withinMs: 60_000 })
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
