/**
 * A peer that does not read: what waits for it is what Engine.IO has not written and what the operating system has not taken. When that is too much the peer is cut; its queue keeps
 * the rest. One for whom little waits is found by its ping, which it does not answer; or, if it claims to be alive without reading, by nothing of what waits for it having left for some time.
 */
import type { PeerSocket } from './types.ts'

/** Inside of Node's net.Socket: what libuv has still to hand to the operating system, which shrinks in the middle of a write. */
interface Stream {
  readonly bytesWritten: number
  readonly writableLength: number
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

interface WebSocket {
  readonly bufferedAmount?: number
  readonly _socket?: Stream | null
  terminate?(): void
  pause?(): void
  resume?(): void
}

/** Inside of Engine.IO, as far as it is of use here. */
interface Transport {
  readonly socket?: WebSocket
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
export const cutIfSilent = (conn: PeerSocket['conn'], ended: (reason: string) => void): void => {
  conn.once('close', (reason: string) => {
    ended(reason)
    if (reason === 'ping timeout') webSocketOf({ conn })?.terminate?.()
  })
}

/** What can be read later; null if the peer has no WebSocket. */
export const pausableOf = (connected: Connected): { pause(): void; resume(): void } | null => {
  const webSocket = webSocketOf(connected)
  return webSocket?.pause === undefined ? null : (webSocket as { pause(): void; resume(): void })
}

/** Differs when something of what waited has left: bytes of a WebSocket, or the oldest packet of a poll that has come. */
const progressOf = (socket: Connected): unknown => {
  const { writeBuffer = [] } = insideOf(socket)
  const stream = webSocketOf(socket)?._socket
  if (stream === undefined || stream === null) return writeBuffer[0]
  const { bytesWritten, writableLength, _handle } = stream
  return `${bytesWritten - writableLength} ${_handle?.writeQueueSize ?? 0}`
}

interface Mark {
  readonly progress: unknown
  readonly sinceMs: number
}

/** Peers to which nothing has left for some time, of those for whom something waits. To be asked now and then. */
export class StalledReaders<S extends Connected> {
  readonly #readingTimeMs: number
  #marks = new Map<S, Mark>()

  constructor(readingTimeMs: number) {
    this.#readingTimeMs = readingTimeMs
  }

  among(sockets: Iterable<S>, nowMs: number): readonly S[] {
    const marks = new Map<S, Mark>()
    const stalled: S[] = []
    for (const socket of sockets) {
      if (waitingBytes(socket) === 0) continue
      const progress = progressOf(socket)
      const before = this.#marks.get(socket)
      const mark: Mark =
        before !== undefined && before.progress === progress ? before : { progress, sinceMs: nowMs }
      if (nowMs - mark.sinceMs >= this.#readingTimeMs) stalled.push(socket)
      else marks.set(socket, mark)
    }
    this.#marks = marks
    return stalled
  }
}
