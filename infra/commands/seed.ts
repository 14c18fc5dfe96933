import process from 'node:process'
import { parseArgs } from 'node:util'
import { Problem } from '../problem.ts'
import { developmentSecrets } from '../secrets.ts'
import { seedCatalogue, seedMembers } from '../seed.ts'
import { namespace, runningServers } from './addresses.ts'

/** `vibely seed` */
export async function seed(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { router: { type: 'string' } } })
  const report = (line: string) => console.log(line)
  if (values.router) await requireRouter(values.router)
  await seedCatalogue(await runningServers('MONGODB_URL'), namespace(), report)
  if (!values.router) return console.log('The catalogue is filled. With --router URL the demo members are added too.')
  const password = process.env.DEMO_PASSWORD || (developmentSecrets().DEMO_PASSWORD ?? '')
  await seedMembers(values.router, password, report)
  console.log(`The demo members are there; their password is ${password}`)
}

/** @throws Problem, better before the catalogue is filled than after it */
async function requireRouter(url: string): Promise<void> {
  const wayOut = 'Give the address that npm start prints, as http://localhost:4000, or leave --router away.'
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new Problem(`${url} is no address of a router.`, wayOut)
  const status = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.status,
    () => undefined,
  )
  if (status !== 200) throw new Problem(`No router is ready at ${url}${status ? `: /readyz says ${status}` : ''}.`, wayOut)
}
