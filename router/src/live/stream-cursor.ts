import { fault } from '@vibely/kit/errors'
import { type Cursors, openCursors } from '@vibely/kit/pages'

/** A place in a channel: right behind the event with this number. The epoch is empty while the channel has no event. */
export interface StreamPlace {
  readonly epoch: string
  readonly seq: number
}

export interface StreamCursors {
  encode(channel: string, place: StreamPlace): string
  /** @throws Fault INVALID_CURSOR when it is forged or of another channel */
  decode(channel: string, cursor: string): StreamPlace
}

/** Cursors signed over channel, epoch and number. */
export function streamCursors(secret: string): StreamCursors {
  const cursors: Cursors = openCursors(secret)
  const list = (channel: string) => `live:${channel}`
  return {
    encode: (channel, { epoch, seq }) => cursors.encode(list(channel), [epoch, seq]),
    decode(channel, cursor) {
      const [epoch, seq] = cursors.decode(list(channel), cursor)
      if (typeof epoch !== 'string' || typeof seq !== 'number') throw fault('INVALID_CURSOR')
      return { epoch, seq }
    },
  }
}
