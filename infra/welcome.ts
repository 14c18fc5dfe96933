import { dirname, relative } from 'node:path'
import { demoMembers } from './seed/demo.ts'
import type { ServerUrls } from './servers.ts'
import type { System } from './system.ts'

interface Welcome {
  readonly system: System
  readonly urls: ServerUrls
  /** Undefined when there are no demo members. */
  readonly demoPassword: string | undefined
  readonly taken: readonly { title: string; seconds: number }[]
}

/** What a person needs once everything runs: where it is, who to be, how long it took, what to try. */
export function welcome({ system, urls, demoPassword, taken }: Welcome): string {
  const { routerUrl, processes } = system
  const logs = Object.values(processes).map(({ logFile }) => dirname(logFile))[0] ?? ''
  const members = demoMembers.map(({ username }) => username).join(', ')
  const rows = [
    ['Explorer', routerUrl],
    ['GraphQL', `${routerUrl}/graphql (HTTP and WebSocket)`],
    ['Apollo Sandbox', `${routerUrl}/sandbox`],
    ['Mail (captured)', `${routerUrl}/dev/mail`],
    ...(demoPassword
      ? [
          ['Demo members', members],
          ['Their password', demoPassword],
        ]
      : []),
    ['PostgreSQL', urls.POSTGRES_URL],
    ['MongoDB', urls.MONGODB_URL],
    ['Redis', urls.REDIS_URL],
    ['Kafka', urls.KAFKA_BROKERS],
    ['Logs', relative(process.cwd(), logs) || logs],
  ]
  const steps = taken.map(({ title, seconds }) => `${title} ${seconds.toFixed(1)} s`).join(' | ')
  return `
Vibely is running.

${rows.map(([name, value]) => `  ${name?.padEnd(16)} ${value}`).join('\n')}

Time taken: ${steps}

Try next, in the explorer:
  { searchCatalog(query: "Inception") { hits(first: 3) { nodes { ... on Film { title releasedOn } } } } }
${demoPassword ? `  mutation { signIn(input: { login: "ada", password: "${demoPassword}" }) { tokens { accessToken } userErrors { message } } }\n` : ''}
Ctrl-C stops everything that this start brought up. README.md continues with a first subscription.`
}
