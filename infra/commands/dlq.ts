import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { requestCause, withCause } from '@vibely/kit/cause'
import {
  type DeadLetter,
  type DeadLetterFilter,
  discardDeadLetter,
  listDeadLetters,
  replayDeadLetters,
  showDeadLetter,
} from '@vibely/kit/dead-letters'
import { createLogger } from '@vibely/kit/logger'
import { type Bus, openBus } from '@vibely/kit/messaging'
import { Problem } from '../problem.ts'
import { namespace, runningServers } from './addresses.ts'

const HELP = `dlq list    [filter]                         dead letters that wait; --state replayed|discarded shows settled ones
dlq show    <id>                             one letter with its headers
dlq replay  <id> | [filter] | --all          deliver again to the consumer that failed; --dry-run only lists, --rate N a second
dlq discard <id> --reason TEXT               give up on a letter

filter: --consumer GROUP --topic TOPIC --type EVENT --key KEY --error CLASS`

const options = {
  consumer: { type: 'string' },
  topic: { type: 'string' },
  type: { type: 'string' },
  key: { type: 'string' },
  error: { type: 'string' },
  state: { type: 'string', default: 'waiting' },
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  rate: { type: 'string' },
  reason: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parse>['values']

const parse = (args: string[]) => parseArgs({ args, options, allowPositionals: true })

/** `vibely dlq` */
export async function dlq(args: string[]): Promise<void> {
  const { values, positionals } = parse(args)
  const [action = '', id] = positionals
  const act = actions[action]
  if (values.help || positionals.length === 0) return console.log(HELP)
  if (!act)
    throw new Problem(`There is no dlq ${action}.`, `These exist: ${Object.keys(actions).join(', ')}. dlq --help says what they do.`)
  // What kafkajs warns of ends in an error that is told once.
  const logger = createLogger({ service: 'vibely', level: 'error' })
  const { KAFKA_BROKERS } = await runningServers('KAFKA_BROKERS')
  await using bus = openBus({ brokers: KAFKA_BROKERS.split(','), namespace: namespace(), clientId: 'vibely-dlq', logger })
  await asOperator(() => act(bus, id, values)).catch((error: unknown) => {
    if (!isMissingTopic(error)) throw error
    throw new Problem(
      `There is no topic of dead letters${namespace() && ` in the namespace ${namespace()}`}.`,
      'Bring the topics up to date with npm run vibely -- migrate, or set VIBELY_NAMESPACE to that of the installation.',
    )
  })
}

const actions: Record<string, (bus: Bus, id: string | undefined, values: Values) => Promise<void>> = {
  async list(bus, _id, values) {
    const letters = await listDeadLetters(bus, filterOf(values))
    for (const letter of letters) console.log(summary(letter))
    console.log(`${letters.length} dead letters`)
  },
  async show(bus, id) {
    const { value, ...letter } = await existing(id, (known) => showDeadLetter(bus, known))
    console.log(JSON.stringify({ ...letter, value: value?.toString('base64') ?? null }, null, 2))
  },
  async replay(bus, id, values) {
    const chosen = await replayDeadLetters(bus, {
      ...choice(id, values),
      dryRun: values['dry-run'] ?? false,
      ...(values.rate && { rate: rateOf(values.rate) }),
    })
    if (id && chosen.length === 0) throw missing(id)
    for (const letter of chosen) console.log(summary(letter))
    console.log(`${chosen.length} dead letters ${values['dry-run'] ? 'would be' : 'were'} replayed`)
  },
  async discard(bus, id, { reason }) {
    if (!reason) throw new Problem('A letter is not discarded without a reason.', 'Say why: dlq discard <id> --reason "..."')
    console.log(summary(await existing(id, (known) => discardDeadLetter(bus, { id: known, reason }))))
  },
}

/** What is done here is noted with the name of who did it. */
const asOperator = (work: () => Promise<void>) => withCause(requestCause(`operator:${userInfo().username}`), work)

function choice(id: string | undefined, values: Values) {
  if (id) return { id }
  if (values.all) return { all: true } as const
  const { state: _, ...filter } = filterOf(values)
  if (Object.keys(filter).length > 0) return { filter }
  throw new Problem('Which letters?', 'Name an id, a filter, or --all.')
}

function filterOf({ state, consumer, topic, type, key, error }: Values): DeadLetterFilter {
  if (state !== 'waiting' && state !== 'replayed' && state !== 'discarded') {
    throw new Problem(`${state} is no state of a letter.`, 'It is waiting, replayed or discarded.')
  }
  const given = { state, consumer, originalTopic: topic, type, key, errorClass: error }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

async function existing(id: string | undefined, find: (id: string) => Promise<DeadLetter | undefined>): Promise<DeadLetter> {
  const letter = id && (await find(id))
  if (letter) return letter
  throw missing(id)
}

const missing = (id: string | undefined) => new Problem(id ? `There is no dead letter ${id}.` : 'Which letter?', 'dlq list shows the ids.')

function rateOf(text: string): number {
  const rate = Number(text)
  if (rate > 0) return rate
  throw new Problem(`${text} is no rate.`, '--rate takes how many letters a second, as 10.')
}

/** Whether Kafka said so of a topic; kafkajs wraps it in errors of its own. */
const isMissingTopic = (error: unknown): boolean =>
  error instanceof Error && (('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') || isMissingTopic(error.cause))

const summary = ({ id, state, firstFailedAt, consumer, type, key, reason, errorClass }: DeadLetter) =>
  [
    id,
    state,
    Number.isNaN(firstFailedAt.getTime()) ? '-' : firstFailedAt.toISOString(),
    consumer,
    type ?? '-',
    key,
    `${errorClass} (${reason})`,
  ].join('  ')
