#!/usr/bin/env node
// Schema engine for the Prisma CLI: the official engine as WebAssembly from npm, instead of a downloaded binary.
// Speaks the CLI's JSON-RPC over stdin/stdout; SQL goes through @prisma/adapter-pg.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'

const CHAR = 18,
  TEXT = 25 // pg_type OIDs: adapter-pg has no mapping for the catalogue's "char"

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' }, version: { type: 'boolean' } },
})
if (values.version) {
  console.log('schema-engine-wasm')
  process.exit(0)
}

function target() {
  const url = new URL(JSON.parse(values.datasource ?? '{"url":"postgresql://none/none"}').url)
  const schema = url.searchParams.get('schema') ?? 'public'
  url.searchParams.delete('schema') // Prisma's own; the other parameters (sslmode, host) are pg's
  const database = decodeURIComponent(url.pathname.slice(1))
  const on = (name) => {
    url.pathname = `/${encodeURIComponent(name)}`
    return { connectionString: url.href }
  }
  return { schema, database, on }
}

/** adapter-pg cuts scripts at every ';' and runs the pieces one by one; send them whole instead: atomic, and $$ bodies survive. */
class MigrationPg extends PrismaPg {
  async connect() {
    return whole(await super.connect())
  }
  async connectToShadowDb() {
    const { database, on } = target()
    const shadow = `prisma_migrate_shadow_db_${crypto.randomUUID()}`
    const admin = new pg.Client(on(database))
    await admin.connect()
    await admin.query(`CREATE DATABASE "${shadow}"`)
    const adapter = await new MigrationPg(on(shadow)).connect()
    const close = adapter.dispose.bind(adapter)
    adapter.dispose = async () => {
      await close()
      await admin.query(`DROP DATABASE "${shadow}"`)
      await admin.end()
    }
    return adapter
  }
}
function whole(adapter) {
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script)
    } catch (e) {
      adapter.onError(e)
    }
  }
  const base = Object.getPrototypeOf(Object.getPrototypeOf(adapter))
  base.performIO = patched(base.performIO)
  return adapter
}
function patched(performIO) {
  if (performIO.patched) return performIO
  return Object.assign(
    async function (query) {
      const result = await performIO.call(this, query)
      for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT
      return result
    },
    { patched: true },
  )
}

if (positionals[0] === 'cli') {
  const creating = positionals[1] === 'create-database'
  try {
    const { database, on } = target()
    const client = new pg.Client(on(creating ? 'postgres' : database))
    await client.connect()
    if (creating) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`)
    await client.end()
    process.exit(0)
  } catch (e) {
    const error_code = e.code === '3D000' ? 'P1003' : 'P1001'
    console.error() // the CLI drops the first line
    console.error(JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields: { error_code, message: e.message } }))
    process.exit(1)
  }
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const refuse = (id, e) =>
  send({ id, error: { code: 4466, message: e.message, data: { is_panic: false, message: e.message, error_code: e.code, meta: e.meta } } })

// An engine that dies without an answer makes the CLI end with status 0 and no word: a drift check would pass. So every fault is answered.
let pending
process.on('uncaughtException', (e) => {
  refuse(pending, e)
  process.exitCode = 1
})

/** Connects at once; called inside a request, where a failure can be answered. */
async function start() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (m) => console.error(m) }
  const bytes = readFileSync(new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  const { schema, database, on } = target()
  return glue.SchemaEngine.new(
    { datamodels: values.datamodels?.map((path) => [path, readFileSync(path, 'utf8')]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new MigrationPg({ ...on(database), options: `-c search_path=${schema}` }, { schema })),
  )
}

let engine
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (!method) continue // an acknowledged print
  pending = id
  try {
    engine ??= await start()
    const result = await engine[method](params)
    if (method === 'diff' && result.stdout) send({ id: -id, method: 'print', params: { content: result.stdout } })
    send({ id, result: result ?? null })
  } catch (e) {
    refuse(id, e)
  }
}
