import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { importCatalogue } from '@vibely/culture/catalogue'
import type { Report } from './native/server.ts'
import { homeFolder } from './native/state.ts'
import { seedDemo } from './seed/demo.ts'
import type { ServerUrls } from './servers.ts'

/** Fills the catalogue of works, people and genres, or only its first works. What is there already is left as it is. */
export async function seedCatalogue(
  urls: Pick<ServerUrls, 'MONGODB_URL'>,
  namespace: string,
  report: Report,
  limit?: number,
): Promise<void> {
  const env = { MONGODB_URL: urls.MONGODB_URL, VIBELY_NAMESPACE: namespace }
  await importCatalogue({ env, ...(limit !== undefined && { limit }), onProgress: (done, total) => report(`${done} of ${total} works`) })
}

/** Adds the demo members and what they did, through the router. What is there already is left as it is. */
export async function seedMembers(routerUrl: string, password: string, report: Report): Promise<void> {
  await seedDemo({ routerUrl, password, onProgress: (done, total) => report(`${done} of ${total} members`) })
}

/** Remembers which databases were seeded from this checkout, and the password that the demo members got. */
export function seedRecord(urls: ServerUrls, namespace: string, folder = homeFolder()) {
  const place = createHash('sha256').update(`${urls.POSTGRES_URL} ${urls.MONGODB_URL} ${namespace}`).digest('hex').slice(0, 12)
  const file = join(folder, 'seeded', `${place}.json`)
  return {
    read: (): { demoPassword: string } | undefined => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined),
    write(demoPassword: string): void {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify({ demoPassword }), { mode: 0o600 })
    },
  }
}
