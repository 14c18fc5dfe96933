/** One prefix keeps installations and test runs apart on shared servers: `''` in production, `t4f2_` in a test. */
export type Namespace = string

/** A database, topic, consumer group or Redis key as it is called on the server. */
export const qualify = (namespace: Namespace, name: string): string => `${namespace}${name}`

/** The database of a subgraph, in PostgreSQL and MongoDB alike: `vibely_auth`. */
export const databaseName = (namespace: Namespace, subgraph: string): string => qualify(namespace, `vibely_${subgraph}`)

/** A PostgreSQL URL that names the database; everything else of the server's URL stays. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${encodeURIComponent(database)}`
  return url.href
}
