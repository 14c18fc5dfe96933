import { freshPostgres } from '@vibely/testkit/databases'
import { freshNamespace } from '@vibely/testkit/servers'
import { type Db, openDb } from '../src/db.ts'

/** A fresh, migrated database of social under a namespace of its own. Disposing drops it. */
export async function freshDb(): Promise<{ db: Db; namespace: string; postgresUrl: string } & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const namespace = freshNamespace()
  const { url: postgresUrl } = opened.use(await freshPostgres(namespace, 'social', new URL('../prisma/migrations', import.meta.url)))
  const db = opened.adopt(openDb({ postgresUrl, namespace }), (client) => client.$disconnect())
  const resources = opened.move()
  return { db, namespace, postgresUrl, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Adds members whose names are known; each is called like the end of its id. */
export async function addMembers(db: Db, ids: readonly string[]): Promise<void> {
  await db.member.createMany({
    data: ids.map((id) => ({ id, username: id.slice(-8), displayName: id.slice(-8), namesVersion: 1, status: 'ACTIVE', statusVersion: 1 })),
  })
}
