import { once } from 'node:events'
import { eventually } from '@vibely/testkit/eventually'
import WebSocket from 'ws'

export interface Message {
  readonly type: string
  readonly id?: string
  readonly payload?: unknown
}

/** A socket that speaks the protocol word by word. */
export interface RawSocket {
  readonly socket: WebSocket
  readonly messages: readonly Message[]
  /** The code that it was closed with. */
  readonly closed: Promise<number>
  send(message: object): void
  /** Payloads of the results of an operation. */
  results(id: string): readonly unknown[]
}

/** @param routerUrl of a router over HTTP */
export function openSocket(routerUrl: string, options: WebSocket.ClientOptions = {}, search = ''): RawSocket {
  const socket = new WebSocket(`${routerUrl.replace('http', 'ws')}/graphql${search}`, 'graphql-transport-ws', options)
  const messages: Message[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Message))
  return {
    socket,
    messages,
    closed: new Promise<number>((resolve) => socket.on('close', resolve)),
    send: (message) => socket.send(JSON.stringify(message)),
    results: (id) => messages.filter((message) => message.id === id && message.type === 'next').map(({ payload }) => payload),
  }
}

/** One that has said who it is for, without waiting for the answer. */
export async function introduce(routerUrl: string, token?: string, options?: WebSocket.ClientOptions): Promise<RawSocket> {
  const connection = openSocket(routerUrl, options)
  await once(connection.socket, 'open')
  connection.send({ type: 'connection_init', ...(token !== undefined && { payload: { authorization: `Bearer ${token}` } }) })
  return connection
}

/** Whether it was let in, or closed. */
export const isLetIn = ({ messages, closed }: RawSocket): Promise<boolean> =>
  Promise.race([closed.then(() => false), eventually(() => messages.some(({ type }) => type === 'connection_ack')).then(() => true)])

/** One that was let in. */
export async function openAcknowledged(routerUrl: string, token?: string, options?: WebSocket.ClientOptions): Promise<RawSocket> {
  const connection = await introduce(routerUrl, token, options)
  if (!(await isLetIn(connection))) throw new Error(`the socket was closed with ${await connection.closed}`)
  return connection
}

export const subscribeMessage = (id: string, query: string, variables: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
})

/** The status with which an upgrade was answered: 101 when it was let in. The socket is gone then. */
export async function upgradeStatus(routerUrl: string, options: WebSocket.ClientOptions = {}): Promise<number> {
  const { socket } = openSocket(routerUrl, options)
  const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number)
  const status = await Promise.race([once(socket, 'open').then(() => 101), refused])
  socket.on('error', () => {}).terminate()
  return status
}
