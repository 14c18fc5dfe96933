import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

it("the engine is byte for byte the one in Prisma's own build", async () => {
  const prisma = fileURLToPath(new URL('.', import.meta.resolve('prisma/package.json')))
  const engine = fileURLToPath(new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')))
  const [theirs, ours] = await Promise.all([readFile(join(prisma, 'build/schema_engine_bg.wasm')), readFile(engine)])
  assert.ok(theirs.equals(ours))
})
