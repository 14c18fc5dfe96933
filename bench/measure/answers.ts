import { setTimeout as delay } from 'node:timers/promises'
import type { Launched } from './launch.ts'

const START_MS = 60_000

/** Resolves when a GraphQL server that was launched answers. @throws Error with its output when it does not */
export async function untilAnswers(name: string, launched: Launched, url: string): Promise<void> {
  const end = Date.now() + START_MS
  while (!(await answers(url))) {
    if (launched.process.exitCode !== null || Date.now() > end) {
      await launched[Symbol.asyncDispose]()
      throw new Error(`${name} did not start:\n${launched.said()}`)
    }
    await delay(100)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ query: '{ __typename }' }),
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(2_000),
    })
    return 'data' in ((await answer.json()) as object)
  } catch {
    return false
  }
}
