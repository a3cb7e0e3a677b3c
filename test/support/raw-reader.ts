/**
 * A participant on a bare TCP connection that stops reading whenever we say: a program that hangs, or a machine that was put to sleep. It speaks just enough of WebSocket (RFC 6455), Engine.IO 4 and
 * Socket.IO 5 to be let in. Frozen, it reads nothing, not even a ping; it may still send, as somebody does who asks and never listens.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Handshake } from '../../shared/messages.ts'
import { NAMESPACE } from '../../shared/protocol.ts'
import { textFrame, UPGRADE } from './raw-websocket.ts'

export class RawReader {
  readonly #socket: Socket
  #asked = 0

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Resolves when the hub has said `welcome`; from then on nothing is read. */
  static async openFrozen(port: number, handshake: Handshake): Promise<RawReader> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    // Cut connections end with an error as often as without.
    socket.on('error', () => {})
    await once(socket, 'connect')
    const reader = new RawReader(socket)
    socket.write(UPGRADE)
    await reader.#untilHeard('101 Switching Protocols')
    reader.#send(`40${NAMESPACE},${JSON.stringify(handshake)}`)
    await reader.#untilHeard('["welcome"')
    socket.pause()
    return reader
  }

  /** Ours; at the hub it names the connection. */
  get port(): number {
    return this.#socket.localPort!
  }

  /** Asks for an order and says that it is alive, without listening. */
  ask(orderId: string): void {
    this.#asked += 1
    this.#send(`42${NAMESPACE},${this.#asked}["track",${JSON.stringify({ orderId })}]`)
  }

  /** The answer to a ping that it has not read: the hub cannot know. */
  claimToBeAlive(): void {
    this.#send('3')
  }

  /** Reads after all, until the hub has ended the connection. */
  async ended(): Promise<void> {
    this.#socket.resume()
    // `once` of node:events would fail with the error that comes before.
    if (!this.#socket.closed) await new Promise((resolve) => void this.#socket.once('close', resolve))
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #send(text: string): void {
    if (this.#socket.writable) this.#socket.write(textFrame(text))
  }

  #untilHeard(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = ''
      const listen = (chunk: Buffer) => {
        heard += chunk.toString('latin1')
        if (heard.includes('44/caps'))
          reject(new Error(`The hub refused a frozen reader: ${heard.slice(-200)}`))
        if (!heard.includes(text)) return
        this.#socket.off('data', listen)
        this.#socket.off('close', closed)
        resolve()
      }
      const closed = () =>
        reject(new Error(`The connection of a frozen reader ended before it heard ${text}`))
      this.#socket.on('data', listen)
      this.#socket.once('close', closed)
    })
  }
}
