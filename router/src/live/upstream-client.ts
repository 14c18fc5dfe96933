import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Headers } from '../sources/header-rules.ts'

const RETRIES = 10
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000
const ACKNOWLEDGED_WITHIN_MS = 3_000
const KEEP_ALIVE_MS = 12_000
const PONG_WITHIN_MS = 5_000
const LINGER_MS = 5_000
/** As over HTTP. */
const MOST_BYTES = 16 * 1024 * 1024

export interface UpstreamListener {
  /** The subgraph has let the client in. */
  onOpen(): void
  /** An open socket has closed. */
  onLost(): void
  /** A socket has closed, whether it had been open or not. */
  onClosed(): void
}

/**
 * A client of one subgraph's socket. It opens when something is asked for, comes back by itself for about twenty seconds, and
 * closes a while after the last operation.
 * @param headers told to the subgraph twice, with the upgrade and in `connection_init`: some read the one, some the other
 */
export function upstreamClient(url: string, headers: Headers, listener: UpstreamListener): Client {
  let isOpen = false
  let silence: NodeJS.Timeout | undefined
  let isTooMuch = false
  class CappedWebSocket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { maxPayload: MOST_BYTES, perMessageDeflate: false, headers })
      isTooMuch = false
      this.on('error', ({ code }: NodeJS.ErrnoException) => {
        if (code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return
        isTooMuch = true
        // Its close would wait half a minute for an answer that it does not read.
        this.terminate()
      })
    }
  }
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: CappedWebSocket,
    ...(Object.keys(headers).length > 0 && { connectionParams: { ...headers } }),
    retryAttempts: RETRIES,
    // The same would come again.
    shouldRetry: () => !isTooMuch,
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, waitOf(retries))),
    connectionAckWaitTimeout: ACKNOWLEDGED_WITHIN_MS,
    keepAlive: KEEP_ALIVE_MS,
    lazyCloseTimeout: LINGER_MS,
  })
  client.on('connected', () => {
    isOpen = true
    listener.onOpen()
  })
  client.on('closed', () => {
    clearTimeout(silence)
    const wasOpen = isOpen
    isOpen = false
    if (wasOpen) listener.onLost()
    listener.onClosed()
  })
  // The client pings, but waits for the answer for ever: a peer that vanished would never be noticed.
  client.on('ping', (received) => {
    if (!received) silence = setTimeout(() => client.terminate(), PONG_WITHIN_MS)
  })
  client.on('pong', (received) => {
    if (received) clearTimeout(silence)
  })
  return client
}

// With jitter: the routers of an installation must not come back all at once.
const waitOf = (retries: number) => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** retries) * (0.5 + Math.random() / 2)
