import process from 'node:process'
import { parseArgs } from 'node:util'
import { developmentSecrets } from '../secrets.ts'
import { seedCatalogue, seedMembers } from '../seed.ts'
import { namespace, runningServers } from './addresses.ts'

/** `vibely seed` */
export async function seed(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { router: { type: 'string' } } })
  const report = (line: string) => console.log(line)
  await seedCatalogue(await runningServers(), namespace(), report)
  if (!values.router) return console.log('The catalogue is filled. With --router URL the demo members are added too.')
  const password = process.env.DEMO_PASSWORD || (developmentSecrets().DEMO_PASSWORD ?? '')
  await seedMembers(values.router, password, report)
  console.log(`The demo members are there; their password is ${password}`)
}
