import { type Answer, answerText } from '../execution/answer.ts'

/** What one event became: the text of a GraphQL response, written once for all who get it. */
export interface LiveResult {
  readonly json: Buffer
  /** Names the place right behind it; null where nothing can be resumed. */
  readonly cursor: string | null
  /** Of waiting results with the same key the newest is enough; null when each counts. */
  readonly key: string | null
}

export const liveResult = (
  answer: Answer,
  cursor: string | null,
  key: string | null,
  extensions?: Readonly<Record<string, unknown>>,
): LiveResult => ({ json: Buffer.from(answerText(answer, extensions)), cursor, key })
