import { errorsText, type StreamFormat } from './stream-response.ts'

const HEAD = '\r\ncontent-type: application/json\r\n\r\n'
// A part is whole for the client only when the boundary behind it has come.
const BOUNDARY = '\r\n--graphql'
const START = Buffer.from(`${HEAD}{"payload":`)
const END = Buffer.from(`}${BOUNDARY}`)

/** Apollo's protocol for subscriptions over multipart HTTP, version 1.0. */
export const multipartFormat: StreamFormat = {
  headers: { 'content-type': 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"', 'cache-control': 'no-store, no-transform' },
  opening: BOUNDARY,
  heartbeat: `${HEAD}{}${BOUNDARY}`,
  next: ({ json }) => Buffer.concat([START, json, END]),
  // What ends the stream stands beside the payload, not in it.
  end: (errors) => (errors ? `${HEAD}{"payload":null,${errorsText(errors).slice(1)}${BOUNDARY}--\r\n` : '--\r\n'),
}
