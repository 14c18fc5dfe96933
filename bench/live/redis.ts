import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { freePort } from '@vibely/infra/native/ports'
import { redis } from '@vibely/infra/native/redis'
import { startNative, stopNative } from '@vibely/infra/native/server'
import { cacheFolder } from '@vibely/infra/native/state'

export interface BenchRedis extends AsyncDisposable {
  readonly url: string
}

/** The Redis of REDIS_URL, else one of our own that is gone afterwards. */
export async function benchRedis(): Promise<BenchRedis> {
  const given = process.env.REDIS_URL
  if (given) return { url: given, async [Symbol.asyncDispose]() {} }
  const place = { folder: mkdtempSync(join(tmpdir(), 'vibely-redis-')), cache: cacheFolder(), port: await freePort(), throwaway: true }
  await startNative(redis, { ...place, report: (line) => console.error(line) })
  return {
    url: `redis://127.0.0.1:${place.port}`,
    async [Symbol.asyncDispose]() {
      await stopNative(redis, place)
      rmSync(place.folder, { recursive: true })
    },
  }
}
