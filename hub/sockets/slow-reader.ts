/**
 * A peer that does not read: what waits for it is what Engine.IO has not written and what the operating system has not taken. When that is too much the peer is cut; its queue keeps
 * the rest. One for whom little waits is found by its ping, which it does not answer.
 */
import type { PeerSocket } from './types.ts'

/** Inside of Engine.IO, as far as it is of use here. */
interface Transport {
  readonly socket?: { readonly bufferedAmount?: number; terminate?(): void }
}

interface Buffered {
  readonly writeBuffer?: readonly { readonly data?: unknown }[]
  readonly transport?: Transport
}

type Connected = Pick<PeerSocket, 'conn'>

const insideOf = ({ conn }: Connected): Buffered => conn as unknown as Buffered

const webSocketOf = (connected: Connected) => insideOf(connected).transport?.socket

const lengthOf = (data: unknown): number => (typeof data === 'string' ? data.length : 0)

export const waitingBytes = (socket: Connected): number => {
  const { writeBuffer = [], transport } = insideOf(socket)
  const unwritten = writeBuffer.reduce((bytes, { data }) => bytes + lengthOf(data), 0)
  return unwritten + (transport?.socket?.bufferedAmount ?? 0)
}

/** At once: a disconnect packet or a WebSocket's close frame would wait behind all the rest, and keep it in memory. */
const cut = (socket: Connected): void => {
  const webSocket = webSocketOf(socket)
  socket.conn.close(true)
  webSocket?.terminate?.()
}

/** Cuts a peer a little later, since whoever finds that it does not read is in the middle of something and must not hear of the end before it is done. */
export const cutSoon = (socket: Connected): void => queueMicrotask(() => cut(socket))

/**
 * Engine.IO ends a connection whose ping is not answered with a close frame, for whose answer the WebSocket waits 30 s (`closeTimeout` of ws), with all that was sent before it: nobody is there to
 * answer.
 */
export const cutIfSilent = (conn: PeerSocket['conn']): void => {
  conn.once('close', (reason: string) => {
    if (reason === 'ping timeout') webSocketOf({ conn })?.terminate?.()
  })
}
