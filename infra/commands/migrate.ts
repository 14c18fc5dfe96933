import { migrateAll } from '../migrate.ts'
import { namespace, runningServers } from './addresses.ts'

/** `vibely migrate` */
export async function migrate(): Promise<void> {
  await migrateAll(await runningServers('POSTGRES_URL', 'MONGODB_URL', 'KAFKA_BROKERS'), namespace(), (line) => console.log(line))
  console.log('Databases and topics are up to date.')
}
