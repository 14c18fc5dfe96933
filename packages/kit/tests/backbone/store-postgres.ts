import { event } from '../../src/event.ts'
import { postgresInbox } from '../../src/inbox-postgres.ts'
import { type PostgresTx, postgresOutbox, withAggregate } from '../../src/outbox-postgres.ts'
import { CounterChangedSchema } from './events.ts'
import { openPg } from './pg-client.ts'
import type { Change, Store } from './store.ts'

export function openPostgresStore(url: string): Store<PostgresTx> {
  const db = openPg(url)

  const change = (tx: PostgresTx, id: string, value: Change) =>
    withAggregate(tx, 'counter', id, async (append) => {
      if (value === null) await tx.$executeRaw`DELETE FROM counter WHERE id = ${id}`
      else
        await tx.$executeRaw`INSERT INTO counter (id, value) VALUES (${id}, ${value}) ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value`
      return append(event(CounterChangedSchema, { value: value ?? 0, deleted: value === null }))
    })

  return {
    outbox: postgresOutbox(db, 'kit'),
    inbox: postgresInbox(db),
    write: (id, value) => db.$transaction((tx) => change(tx, id, value)),
    writeAndFail: (id, value) =>
      db.$transaction(async (tx) => {
        await change(tx, id, value)
        throw new Error('after the append')
      }),
    async apply(tx, consumer, id, version, value) {
      await tx.$executeRaw`
        INSERT INTO effect (consumer, id, times) VALUES (${consumer}, ${id}, 1)
        ON CONFLICT (consumer, id) DO UPDATE SET times = effect.times + 1`
      await tx.$executeRaw`
        INSERT INTO copy (consumer, id, version, value, deleted) VALUES (${consumer}, ${id}, ${version}, ${value}, ${value === null})
        ON CONFLICT (consumer, id) DO UPDATE SET version = EXCLUDED.version, value = EXCLUDED.value, deleted = EXCLUDED.deleted
        WHERE copy.version < EXCLUDED.version`
    },
    async counters() {
      const rows = await db.$queryRaw<{ id: string; value: number }[]>`SELECT id, value FROM counter`
      return new Map(rows.map(({ id, value }) => [id, value]))
    },
    async copies(consumer) {
      const rows = await db.$queryRaw<{ id: string; version: number; value: Change }[]>`
        SELECT id, version, value FROM copy WHERE consumer = ${consumer}`
      return new Map(rows.map(({ id, version, value }) => [id, { version, value }]))
    },
    async effects(consumer) {
      const rows = await db.$queryRaw<{ id: string; times: number }[]>`SELECT id, times FROM effect WHERE consumer = ${consumer}`
      return new Map(rows.map(({ id, times }) => [id, times]))
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
