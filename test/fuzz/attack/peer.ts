/** The attacker's end of one TCP connection: writes what it likes, and waits for what the hub says or for the end. */
import { connect, type Socket } from 'node:net'

const LONGEST_HEARD = 64 * 1024
/** Longer than anything that is waited for. */
const TAIL = 256
/** How a WebSocket server says that it ends the connection; it then waits for the same from us, which it never gets. No text of JSON holds these. */
const CLOSINGS = ['\x88\x00', '\x88\x02\x03'] as const
const SESSION_ID = /"sid":"([^"]{1,64})"/

export type Heard = { readonly kind: 'said'; readonly which: number } | { readonly kind: 'closed' | 'silent' }

interface Waiting {
  readonly texts: readonly string[]
  hear(heard: Heard): void
}

export class Peer {
  readonly #socket: Socket
  #heard = ''
  #isClosed = false
  #waiting: Waiting | null = null
  sid = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#hear(chunk))
    // The hub's answer to much of this is to cut the connection.
    socket.on('error', () => {})
    socket.once('close', () => this.#ended())
  }

  /** Rejects if the hub takes no connection. @param localAddress null: the system's choice */
  static open(port: number, localAddress: string | null): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const address = localAddress === null ? {} : { localAddress }
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...address })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Peer(socket))
      })
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  write(bytes: Buffer): void {
    if (!this.#isClosed) this.#socket.write(bytes)
  }

  /** One of the texts, the first that comes; what was heard before the last call does not count. */
  until(texts: readonly string[], limitMs: number): Promise<Heard> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => hear({ kind: 'silent' }), limitMs)
      const hear = (heard: Heard) => {
        clearTimeout(timer)
        this.#waiting = null
        resolve(heard)
      }
      this.#waiting = { texts, hear }
      this.#look()
      if (this.#isClosed) this.#waiting?.hear({ kind: 'closed' })
    })
  }

  stopReading(): void {
    this.#socket.pause()
  }

  end(how: 'close' | 'reset'): void {
    if (how === 'reset') this.#socket.resetAndDestroy()
    else this.#socket.destroy()
  }

  #hear(chunk: Buffer): void {
    if (this.#isClosed) return
    this.#heard += chunk.toString('latin1')
    if (this.sid === '') this.sid = SESSION_ID.exec(this.#heard)?.[1] ?? ''
    this.#look()
    if (CLOSINGS.some((closing) => this.#heard.includes(closing))) return this.#ended()
    if (this.#heard.length > LONGEST_HEARD) this.#heard = this.#heard.slice(-TAIL)
  }

  #look(): void {
    const { texts, hear } = this.#waiting ?? {}
    const which = texts?.findIndex((text) => this.#heard.includes(text)) ?? -1
    if (which === -1) return
    const text = texts![which]!
    this.#heard = this.#heard.slice(this.#heard.indexOf(text) + text.length)
    hear!({ kind: 'said', which })
  }

  #ended(): void {
    this.#isClosed = true
    this.#waiting?.hear({ kind: 'closed' })
  }
}
