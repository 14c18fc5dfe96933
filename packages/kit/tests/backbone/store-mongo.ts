import { MongoClient } from 'mongodb'
import { event } from '../../src/event.ts'
import { mongoInbox } from '../../src/inbox-mongo.ts'
import { databaseName } from '../../src/namespace.ts'
import { ensureBackboneIndexes, inTransaction, type MongoTx, mongoOutbox, withAggregate } from '../../src/outbox-mongo.ts'
import { keepNewest } from '../../src/projection-mongo.ts'
import { CounterChangedSchema } from './events.ts'
import type { Change, Store } from './store.ts'

interface Counter {
  readonly _id: string
  readonly value: number
}
interface Copy {
  readonly _id: string
  readonly consumer: string
  readonly counter: string
  readonly version: number
  readonly value: Change
}
interface Effect {
  readonly _id: string
  readonly consumer: string
  readonly counter: string
  readonly times: number
}

export async function openMongoStore(url: string, namespace: string): Promise<Store<MongoTx>> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 3_000 })
  const db = client.db(databaseName(namespace, 'kit'))
  await ensureBackboneIndexes(db)
  await Promise.all(['counter', 'copy', 'effect'].map((name) => db.createCollection(name).catch(() => undefined)))
  const [counters, copies, effects] = [db.collection<Counter>('counter'), db.collection<Copy>('copy'), db.collection<Effect>('effect')]

  const change = (tx: MongoTx, id: string, value: Change) =>
    withAggregate(tx, 'counter', id, async (append) => {
      const { session } = tx
      if (value === null) await counters.deleteOne({ _id: id }, { session })
      else await counters.updateOne({ _id: id }, { $set: { value } }, { upsert: true, session })
      return append(event(CounterChangedSchema, { value: value ?? 0, deleted: value === null }))
    })

  return {
    outbox: mongoOutbox(db, client, 'kit'),
    inbox: mongoInbox(client, db),
    write: (id, value) => inTransaction(client, db, (tx) => change(tx, id, value)),
    writeAndFail: (id, value) =>
      inTransaction(client, db, async (tx) => {
        await change(tx, id, value)
        throw new Error('after the append')
      }),
    async apply(tx, consumer, counter, version, value) {
      const _id = `${consumer}/${counter}`
      await effects.updateOne({ _id }, { $inc: { times: 1 }, $setOnInsert: { consumer, counter } }, { upsert: true, session: tx.session })
      await keepNewest(tx, 'copy', { _id, version, consumer, counter, value })
    },
    counters: async () => new Map((await counters.find().toArray()).map(({ _id, value }) => [_id, value])),
    copies: async (consumer) =>
      new Map((await copies.find({ consumer }).toArray()).map(({ counter, version, value }) => [counter, { version, value }])),
    effects: async (consumer) => new Map((await effects.find({ consumer }).toArray()).map(({ counter, times }) => [counter, times])),
    [Symbol.asyncDispose]: () => client.close(),
  }
}
