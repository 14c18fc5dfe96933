import { readFileSync } from 'node:fs'

/**
 * How a process of the application is started, so that it takes no more memory than it needs; the Dockerfile says the same. By itself V8
 * lets young objects take 128 MB and the old ones grow to four times what is in use, and malloc keeps what threads have left.
 */
export const nodeSettings: { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } = JSON.parse(
  // JSON, as the bootstrap reads it on a Node that knows no TypeScript.
  readFileSync(new URL('node-settings.json', import.meta.url), 'utf8'),
)
