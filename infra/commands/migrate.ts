import { migrateAll } from '../migrate.ts'
import { namespace, runningServers } from './addresses.ts'

/** `vibely migrate` */
export async function migrate(): Promise<void> {
  await migrateAll(await runningServers(), namespace(), (line) => console.log(line))
  console.log('Databases and topics are up to date.')
}
