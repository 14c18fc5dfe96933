import { fault } from '@vibely/kit/errors'
import type { LiveEvent, LiveReader } from '@vibely/kit/live'
import type { Feed } from './group.ts'

const LISTEN_MS = 3_000

/** The events of channels in Redis, as they happen. The head is that of the first: only a feed of one channel has a place. */
export const channelFeed = (reader: LiveReader, channels: readonly string[]): Feed<LiveEvent> => ({
  async listen({ onEvent, onReset }) {
    await using stack = new AsyncDisposableStack()
    const joining = channels.map(async (channel) => stack.use(await reader.listen(channel, { onEvent, onReset })))
    // All of them have ended when one failure disposes the others.
    await Promise.allSettled(joining)
    const [first] = await Promise.all(joining)
    const listening = stack.move()
    return { head: first?.head ?? { seq: 0, epoch: undefined }, [Symbol.asyncDispose]: () => listening.disposeAsync() }
  },
})

/**
 * What takes too long is left again: the client is told to try later, and does not wait for Redis to come back.
 * @throws Fault SUBGRAPH_UNAVAILABLE
 */
export async function inTime<T>(opening: Promise<T>, leave: (late: T) => void): Promise<T> {
  const late = Promise.withResolvers<null>()
  const clock = setTimeout(late.resolve, LISTEN_MS, null)
  const opened = await Promise.race([opening.then((value) => ({ value })), late.promise])
    .catch(() => null)
    .finally(() => clearTimeout(clock))
  if (opened) return opened.value
  opening.then(leave).catch(() => undefined)
  throw fault('SUBGRAPH_UNAVAILABLE', 'Live events are unavailable.')
}
