import { readFileSync } from 'node:fs'
import { composeSupergraph } from '@vibely/router/compose'

/** The one channel that everybody follows. */
export const CHANNEL = 'news:all'

const FIELDS = 'number sentAt title text'

const withoutPlaces = `subscription News { newsAdded(topic: "all") { ${FIELDS} } }`

/** What a subscriber of a server asks for; only the router knows places to come back to. */
export const subscriptions = {
  vibely: `subscription News($after: String) { newsAdded(topic: "all", after: $after) { phase cursor ${FIELDS} } }`,
  plain: withoutPlaces,
  raw: withoutPlaces,
} as const

const TEXT = 'What happened, in the two sentences that such an event takes. They are as long as those of a real one, more or less.'

/** An event as its owner writes it. `sentAt` is the clock of the machine in microseconds: all processes share it. */
export const newsEvent = (number: number): string =>
  JSON.stringify({ __typename: 'NewsEvent', number, sentAt: String(nowMicros()), title: `News number ${number}`, text: TEXT })

export const nowMicros = (): number => Number(process.hrtime.bigint() / 1_000n)

/** The supergraph of the one subgraph, which is never asked: its events hold all of their fields. */
export const newsSupergraph = (): string =>
  composeSupergraph([
    { name: 'news', url: 'http://127.0.0.1:9/graphql', sdl: readFileSync(new URL('news.graphql', import.meta.url), 'utf8') },
  ]).supergraphSdl
