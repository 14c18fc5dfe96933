import { freshPostgres } from '@vibely/testkit/databases'
import { freshNamespace } from '@vibely/testkit/servers'
import { type Db, openDb } from '../src/db.ts'

/** A fresh, migrated database of auth under a namespace of its own. Disposing drops it. */
export async function freshDb(): Promise<{ db: Db; namespace: string; postgresUrl: string } & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const namespace = freshNamespace()
  const { url: postgresUrl } = opened.use(await freshPostgres(namespace, 'auth', new URL('../prisma/migrations', import.meta.url)))
  const db = opened.adopt(openDb({ postgresUrl, namespace }), (client) => client.$disconnect())
  const resources = opened.move()
  return { db, namespace, postgresUrl, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
