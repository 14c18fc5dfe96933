import { errorsText, type StreamFormat } from './stream-response.ts'

const NEXT = Buffer.from('event: next\n')
const DATA = Buffer.from('data: ')
const END = Buffer.from('\n\n')

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform' } as const

/** One operation a response: an event's id is its cursor, so a browser that comes back says where it has been. */
export const distinctFormat: StreamFormat = {
  headers: HEADERS,
  opening: ':\n\n',
  heartbeat: ':\n\n',
  next: ({ json, cursor }) => Buffer.concat([NEXT, Buffer.from(cursor === null ? 'data: ' : `id: ${cursor}\ndata: `), json, END]),
  end: (errors) => `${errors ? `event: next\ndata: ${errorsText(errors)}\n\n` : ''}event: complete\ndata:\n\n`,
}

/** Many operations on one response, told apart by their ids. */
export const singleFormat: StreamFormat = {
  ...distinctFormat,
  next: ({ json }, id) => Buffer.concat([NEXT, DATA, Buffer.from(`{"id":${JSON.stringify(id)},"payload":`), json, Buffer.from('}'), END]),
  end(errors, id) {
    const name = `"id":${JSON.stringify(id)}`
    return `${errors ? `event: next\ndata: {${name},"payload":${errorsText(errors)}}\n\n` : ''}event: complete\ndata: {${name}}\n\n`
  },
}
