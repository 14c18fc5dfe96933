import { once } from 'node:events'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { scrub } from '@vibely/kit/errors'
import { type Answer, type AnswerPart, answerText } from '../execution/answer.ts'

const BOUNDARY = '-'
const TYPE = `multipart/mixed; boundary="${BOUNDARY}"; deferSpec=20220824`
const HEAD = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n'
// Ends each part: a client knows a part only by the boundary behind it, and is not to wait for the next one.
const BORDER = `\r\n--${BOUNDARY}`

/** True for a client that takes deferred parts, in the format of 2022-08-24 that Apollo's clients speak. */
export const takesParts = (accept: string | undefined): boolean =>
  accept?.includes(';') === true && accept.split(',').some((type) => IN_PARTS.test(type))

// From the start of one media type: searched for anywhere, a header full of them would be read once for each.
const IN_PARTS = /^\s*multipart\/mixed\s*;(?:.*\W)?deferSpec\s*=\s*"?20220824\b/i

/** Text of the first part. */
export const answerStart = (answer: Answer, extensions?: Readonly<Record<string, unknown>>): string =>
  `${answerText(answer, extensions).slice(0, -1)},"hasNext":true}`

/** Sends an answer in parts: the first at once, the others as they are done. Ends early when the client has left. */
export async function writeInParts(
  response: ServerResponse,
  first: string,
  later: AsyncIterable<readonly AnswerPart[]>,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  response.writeHead(200, { ...headers, 'content-type': TYPE })
  const send = async (text: string) => {
    if (!response.destroyed && !response.write(HEAD + text + BORDER)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.write(BORDER)
  await send(first)
  for await (const parts of later) {
    if (response.destroyed) return
    if (parts.length > 0) await send(`{"incremental":[${parts.map(partText).join()}],"hasNext":true}`)
  }
  await send('{"hasNext":false}')
  response.end('--\r\n')
}

function partText({ label, path, data, errors }: AnswerPart): string {
  const named = label === undefined ? '' : `,"label":${JSON.stringify(label)}`
  const told = errors.length === 0 ? '' : `,"errors":${JSON.stringify(errors.map((error) => scrub(error.toJSON())))}`
  return `{"data":${data},"path":${JSON.stringify(path)}${named}${told}}`
}
