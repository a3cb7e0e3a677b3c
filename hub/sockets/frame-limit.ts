/**
 * How large a message may be. Socket.IO does not say how large one was, so the packets of its connection are looked at as they come; only once one was too large are messages
 * measured, which costs as much as decoding them did. The transport's own limit is higher, so that this one can answer with a reason.
 */
import type { EventEmitter } from 'node:events'

const bytesOf = (message: readonly unknown[]): number => {
  try {
    return Buffer.byteLength(JSON.stringify(message))
  } catch {
    // Nested deeper than the stack allows: JSON can be read like that, but not written.
    return Number.POSITIVE_INFINITY
  }
}

/** Told how large each packet with a message is, before it is decoded. */
export interface Hearer {
  heard(bytes: number): void
}

export class FrameLimit {
  readonly bytes: number
  readonly #conn: Pick<EventEmitter, 'on' | 'off'>
  #hasExceeded = false
  readonly #look: (packet: { readonly data?: unknown }) => void

  /** @param conn Engine.IO's side of the connection, which emits `packet` before the message is decoded */
  constructor(conn: Pick<EventEmitter, 'on' | 'off'>, bytes: number, hearer: Hearer) {
    this.bytes = bytes
    this.#conn = conn
    this.#look = ({ data }) => {
      if (typeof data !== 'string') return
      const came = Buffer.byteLength(data)
      if (came > bytes) this.#hasExceeded = true
      hearer.heard(came)
    }
    conn.on('packet', this.#look)
  }

  isExceededBy(message: readonly unknown[]): boolean {
    return this.#hasExceeded && bytesOf(message) > this.bytes
  }

  stop(): void {
    this.#conn.off('packet', this.#look)
  }
}
