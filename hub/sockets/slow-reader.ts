/**
 * How much waits for a peer that does not read: packets that Engine.IO has not written, and bytes that the operating system has not taken.
 */
import type { CapsSocket } from './types.ts'

/** Inside of Engine.IO, as far as it is of use here. */
interface Transport {
  readonly socket?: { readonly bufferedAmount?: number }
}

interface Buffered {
  readonly writeBuffer?: readonly { readonly data?: unknown }[]
  readonly transport?: Transport
}

const lengthOf = (data: unknown): number => (typeof data === 'string' ? data.length : 0)

export const waitingBytes = (socket: Pick<CapsSocket, 'conn'>): number => {
  const { writeBuffer = [], transport } = socket.conn as unknown as Buffered
  const unwritten = writeBuffer.reduce((bytes, { data }) => bytes + lengthOf(data), 0)
  return unwritten + (transport?.socket?.bufferedAmount ?? 0)
}
