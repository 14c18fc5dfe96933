// npm run vibely -- <command>: the operator's command line.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { explain, Problem } from './problem.ts'

interface Command {
  readonly usage: string
  readonly does: string
  /** It has more to say to --help than its usage. */
  readonly helpsItself?: true
  load(): Promise<(args: string[]) => Promise<void>>
}

const commands: Record<string, Command> = {
  up: { usage: 'up', does: 'start the servers and leave them running', load: async () => (await import('./commands/up.ts')).up },
  down: {
    usage: 'down',
    does: 'stop everything that runs from this checkout',
    load: async () => (await import('./commands/down.ts')).down,
  },
  status: {
    usage: 'status',
    does: 'what runs from this checkout, and where',
    load: async () => (await import('./commands/status.ts')).status,
  },
  migrate: {
    usage: 'migrate',
    does: 'bring databases and topics up to date',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  compose: {
    usage: 'compose [--check]',
    does: 'compose the supergraph; --check only compares it with the committed one',
    load: async () => (await import('./commands/compose.ts')).compose,
  },
  seed: {
    usage: 'seed [--router URL]',
    does: 'fill the catalogue; with a router, add the demo members through it',
    load: async () => (await import('./commands/seed.ts')).seed,
  },
  dlq: {
    usage: 'dlq list|show|replay|discard',
    does: 'dead letters: what could not be consumed; dlq --help says more',
    helpsItself: true,
    load: async () => (await import('./commands/dlq.ts')).dlq,
  },
  keys: {
    usage: 'keys rotate',
    does: 'replace the key that signs access tokens; nobody is signed out',
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  secrets: {
    usage: 'secrets',
    does: 'print a fresh set of secrets, as lines of an .env file',
    load: async () => (await import('./commands/secrets.ts')).secrets,
  },
}

const help = `npm run vibely -- <command>

${Object.values(commands)
  .map(({ usage, does }) => `  ${usage.padEnd(30)} ${does}`)
  .join('\n')}

--help behind a command says the same of it alone. Servers are found as npm start finds them: POSTGRES_URL, MONGODB_URL, REDIS_URL, KAFKA_BROKERS, or those that run from this checkout.`

const [name = '--help', ...args] = process.argv.slice(2)
try {
  const command = commands[name]
  if (command && !command.helpsItself && args.some((arg) => arg === '--help' || arg === '-h'))
    console.log(`npm run vibely -- ${command.usage}\n\n  ${command.does}`)
  else if (command) {
    // What takes nothing is not to go on as if nothing had been said.
    if (command.usage === name) parseArgs({ args })
    await (await command.load())(args)
  } else if (name === '--help' || name === '-h' || name === 'help') console.log(help)
  else
    throw new Problem(
      `There is no command ${name}.`,
      `These exist: ${Object.keys(commands).join(', ')}. npm run vibely -- --help says what they do.`,
    )
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
if (process.connected) process.disconnect()
