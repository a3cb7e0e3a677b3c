/** Plain socket.io-clients, with no code of ours: what docs/PROTOCOL.md says is all that they know. */
import type { Duplex } from 'node:stream'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import type { HandedEvent, Receipt, Welcome } from '../../shared/protocol.ts'
import { atEndOfTest } from './cleanup.ts'
import { createInbox, eventOf, type Inbox, inTime } from './waiting.ts'

export interface Handed {
  readonly event: HandedEvent
  reply(answer?: unknown): void
}

export interface TestClient {
  readonly socket: Socket
  /** What every welcome told. */
  readonly welcomes: Inbox<Welcome>
  /** Events that came one by one. */
  readonly handed: Inbox<Handed>
  /** Events that came in frames, frame by frame. */
  readonly frames: Inbox<readonly HandedEvent[]>
  /** Resolves with the reply of the hub. */
  ask<Reply = Receipt>(message: string, ...args: readonly unknown[]): Promise<Reply>
}

type Options = Partial<ManagerOptions & SocketOptions>

/** A client that is about to connect; it ends with the test. */
export const openClient = (url: string, auth: object, options: Options = {}): TestClient => {
  const socket = io(`${url}/caps`, {
    auth: auth as Record<string, unknown>,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  })
  atEndOfTest(() => socket.disconnect())
  const welcomes = createInbox<Welcome>('a welcome')
  const handed = createInbox<Handed>('an event')
  const frames = createInbox<readonly HandedEvent[]>('a frame of events')
  socket.on('welcome', welcomes.put)
  socket.on('events', frames.put)
  for (const name of ['pickup', 'in-transit', 'delivered'])
    socket.on(name, (event: HandedEvent, reply: Handed['reply']) => handed.put({ event, reply }))
  const ask = <Reply>(message: string, ...args: readonly unknown[]): Promise<Reply> =>
    inTime(socket.emitWithAck(message, ...args), () => `the answer to ${message}`)
  return { socket, welcomes, handed, frames, ask }
}

/** A client that has got its welcome. */
const connectClient = async (url: string, auth: object, options: Options = {}): Promise<TestClient> => {
  const client = openClient(url, auth, options)
  await client.welcomes.next()
  return client
}

/** With what the hub refuses a connection. */
export const refusalOf = async (url: string, auth: object, options: Options = {}): Promise<unknown> => {
  const { socket } = openClient(url, auth, options)
  const [error] = await eventOf<[Error & { data?: unknown }]>(socket, 'connect_error')
  return error.data ?? error.message
}

export const vendorOf = (url: string, store: string, more: object = {}, options: Options = {}) =>
  connectClient(url, { role: 'vendor', store, ...more }, options)

export const driverOf = (url: string, id: string, more: object = {}, options: Options = {}) =>
  connectClient(url, { role: 'driver', id, ...more }, options)

export const orderOf = (store: string, orderId: string) => ({
  store,
  orderId,
  customer: 'Ada Li',
  address: '1 Main St',
})

/** The peer reads nothing more from its connection until `resume`; its own messages still leave. */
export const stopReading = ({ socket }: TestClient): { resume(): void } => {
  const { transport } = socket.io.engine as unknown as { transport: { ws: { _socket: Duplex } } }
  const stream = transport.ws._socket
  stream.pause()
  return { resume: () => void stream.resume() }
}
