import { randomBytes } from 'node:crypto'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { newId } from '@vibely/kit/ids'
import { type Database, openDatabase } from '@vibely/kit/mongo'
import { inTransaction } from '@vibely/kit/outbox-mongo'
import { openKeyRing } from '@vibely/kit/sealing'
import { dropRedis } from '@vibely/testkit/cleanup'
import { freshMongo } from '@vibely/testkit/databases'
import { freshNamespace, servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import type { Binary } from 'mongodb'
import { migrate } from '../src/migrate.ts'
import { openQueue } from '../src/queue.ts'
import type { Services } from '../src/services.ts'
import { addWorks } from '../src/works/add-works.ts'
import { meanScore, NO_RATINGS } from '../src/works/ratings.ts'
import type { Work } from '../src/works/store.ts'

/** Master key of the users' keys in tests. */
export const SEALING_KEY = randomBytes(32)

/** A fresh, migrated database of culture under a namespace of its own, with what its use cases need. */
export interface FreshCulture extends AsyncDisposable {
  readonly namespace: string
  readonly database: Database
  readonly redis: Redis
  readonly services: Services
}

export async function freshCulture(): Promise<FreshCulture> {
  await using opened = new AsyncDisposableStack()
  const namespace = freshNamespace()
  const { url, name } = opened.use(freshMongo(namespace, 'culture'))
  opened.defer(() => dropRedis(namespace))
  await migrate(url, name)
  const database = opened.use(await openDatabase(url, name))
  const redis = opened.adopt(new Redis(servers().REDIS_URL), (client) => client.disconnect())
  const keyRing = openKeyRing({ redis, namespace, key: SEALING_KEY })
  const resources = opened.move()
  return {
    namespace,
    database,
    redis,
    services: { database, keyRing, meanScore: meanScore(database), queue: openQueue() },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Adds a film of its own to the catalogue. */
export async function addFilm({ database }: FreshCulture, fields: Partial<Work> = {}): Promise<Work> {
  const id = newId('work')
  const film: Work = {
    _id: id,
    mediaType: 'FILM',
    slug: id,
    title: 'Heat',
    releasedOn: '1995-12-15',
    runtimeMinutes: 170,
    genreIds: [newId('genre')],
    credits: [],
    creators: [],
    order: { title: 'heat', released: '1995-12-15' },
    ratings: NO_RATINGS,
    entries: 0,
    version: 1,
    updatedAt: new Date(),
    ...fields,
  }
  await inTransaction(database.client, database.db, (tx) => addWorks(tx, [film]))
  return film
}

/** The events of a type that wait in the outbox or have left it, in the order of their aggregates' versions. */
export async function eventsOf<Desc extends DescMessage>({ database }: FreshCulture, schema: Desc): Promise<MessageShape<Desc>[]> {
  const rows = await database.db.collection('outbox').find({ type: schema.typeName }).sort({ aggregate_id: 1, version: 1 }).toArray()
  return rows.map(({ payload }) => fromBinary(schema, (payload as Binary).value()))
}
