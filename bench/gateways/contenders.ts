import { nodeSettings } from '@vibely/infra/node-settings'
import { nativeRouters } from './native-routers.ts'

export interface Contender {
  readonly name: string
  /** As `launch` takes it. */
  readonly script: string
  readonly args: (supergraph: string, port: number) => readonly string[]
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const positional = (supergraph: string, port: number) => [supergraph, String(port)]

/** Our router, as `npm run router` starts it. */
const vibely = (name: string, env: Readonly<Record<string, string>>): Contender => ({
  name,
  script: '../router/src/main.ts',
  args: (supergraph, port) => ['--supergraph', supergraph, '--port', String(port)],
  flags: [...nodeSettings.flags, '--import', new URL('../../packages/kit/src/telemetry-setup.ts', import.meta.url).href],
  env: { ...nodeSettings.env, ...env },
})

/** Every JavaScript gateway of the package registry that runs a federation 2 supergraph, ours among them, and the native ones that are here. The first is the measure. */
export const contenders: readonly Contender[] = [
  { name: 'stock', script: 'gateways/stock.ts', args: positional },
  vibely('vibely', {}),
  vibely('vibely (hive planner)', { QUERY_PLANNER: 'hive' }),
  vibely('vibely (nothing shared)', { ROUTER_SHARE_OPERATIONS: 'false', ROUTER_SHARE_FETCHES: 'false' }),
  { name: 'stock + undici', script: 'gateways/undici.ts', args: positional },
  { name: 'mercurius', script: 'gateways/mercurius.ts', args: positional },
  { name: 'hive gateway', script: 'gateways/hive.ts', args: positional },
  { name: 'hive router runtime', script: 'gateways/hive-router-runtime.ts', args: positional },
  { name: 'stitching', script: 'gateways/stitching.ts', args: positional },
  ...nativeRouters(),
]
