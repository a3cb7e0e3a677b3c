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
  readonly #heard: (packet: { readonly data?: unknown }) => void

  /** @param conn Engine.IO's side of the connection, which emits `packet` before the message is decoded */
  constructor(conn: Pick<EventEmitter, 'on' | 'off'>, bytes: number, hearer: Hearer) {
    this.bytes = bytes
    this.#conn = conn
    this.#heard = ({ data }) => {
      if (typeof data !== 'string') return
      const came = Buffer.byteLength(data)
      this.look(came)
      hearer.heard(came)
    }
    conn.on('packet', this.#heard)
  }

  /** A packet has come that the connection does not emit. */
  look(bytes: number): void {
    if (bytes > this.bytes) this.#hasExceeded = true
  }

  isExceededBy(message: readonly unknown[]): boolean {
    return this.#hasExceeded && bytesOf(message) > this.bytes
  }

  stop(): void {
    this.#conn.off('packet', this.#heard)
  }
}
