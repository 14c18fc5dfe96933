import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { authProcessEnv } from '@vibely/auth/env'
import { cultureProcessEnv } from '@vibely/culture/env'
import { feedProcessEnv } from '@vibely/feed/env'
import { serverKinds } from '@vibely/infra/servers'
import { remoteEnv, routerEnv, standaloneEnv } from '@vibely/router/env'
import { socialProcessEnv } from '@vibely/social/env'

test('.env.example names every setting of the processes and of their servers, and no other', async () => {
  const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8')
  const named = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  const settings = Object.keys({
    ...authProcessEnv,
    ...cultureProcessEnv,
    ...socialProcessEnv,
    ...feedProcessEnv,
    ...routerEnv,
    ...standaloneEnv,
    ...remoteEnv,
  })
  const ofServers = ['POSTGRES_PASSWORD', ...serverKinds.map(({ native }) => native.portVariable)]
  // telemetry-setup.ts reads its own, ahead of all others.
  const ofTelemetry = ['METRICS_HOST', 'METRICS_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT']
  assert.deepEqual(named.sort(), [...new Set(settings), ...ofServers, ...ofTelemetry].sort())
})
