/**
 * How large a message may be. Socket.IO does not say how large one was, so the packets of its connection are looked at as they come; only once one was too large are messages
 * measured, which costs as much as decoding them did. The transport's own limit is higher, so that this one can answer with a reason.
 */
import type { EventEmitter } from 'node:events'

export interface FrameLimit {
  readonly bytes: number
  isExceededBy(message: readonly unknown[]): boolean
  stop(): void
}

const bytesOf = (message: readonly unknown[]): number => {
  try {
    return Buffer.byteLength(JSON.stringify(message))
  } catch {
    // Nested deeper than the stack allows: JSON can be read like that, but not written.
    return Number.POSITIVE_INFINITY
  }
}

/** @param conn Engine.IO's side of the connection, which emits `packet` before the message is decoded */
export const createFrameLimit = (conn: Pick<EventEmitter, 'on' | 'off'>, bytes: number): FrameLimit => {
  let hasExceeded = false
  const look = ({ data }: { readonly data?: unknown }) => {
    if (typeof data === 'string' && Buffer.byteLength(data) > bytes) hasExceeded = true
  }
  conn.on('packet', look)
  return {
    bytes,
    isExceededBy: (message) => hasExceeded && bytesOf(message) > bytes,
    stop: () => void conn.off('packet', look),
  }
}
