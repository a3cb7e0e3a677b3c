/**
 * A participant that connects and then does nothing but answer pings, on a bare TCP connection: ten thousand of them must cost less than what they measure. It takes Socket.IO's answer to its handshake
 * for being connected, and says no word after it.
 *
 * upgrading -> opening (Engine.IO) -> entering (the namespace) -> connected -> ended; each may end at once
 */
import { connect, type Socket } from 'node:net'
import { Fault } from '../../../shared/fault.ts'
import type { Handshake } from '../../../shared/messages.ts'
import { NAMESPACE } from '../../../shared/protocol.ts'
import { ServerWords, textFrame, UPGRADE } from '../../support/raw-websocket.ts'

/** Packets of Engine.IO 4 and Socket.IO 5. */
const OPEN = '0'
const PING = '2'
const PONG = textFrame('3')
const ENTERED = `40${NAMESPACE},`
const REFUSED = `44${NAMESPACE},`

export class IdlePeer {
  readonly #socket: Socket
  readonly #words = new ServerWords()
  readonly #handshake: Handshake
  #hasEnded = false

  private constructor(port: number, handshake: Handshake) {
    this.#handshake = handshake
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
  }

  /** Resolves when the server has let it in. @throws Fault `refused`, or `broken` if the connection ends before */
  static open(port: number, handshake: Handshake): Promise<IdlePeer> {
    const peer = new IdlePeer(port, handshake)
    return new Promise((resolve, reject) => peer.#begin(() => resolve(peer), reject))
  }

  /** The server has ended the connection, or it broke. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  close(): void {
    this.#socket.destroy()
  }

  #begin(entered: () => void, failed: (fault: Fault) => void): void {
    const socket = this.#socket
    socket.on('connect', () => socket.write(UPGRADE))
    // Told by the end that follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#hasEnded = true
      failed(new Fault('broken', 'An idle connection ended before it was let in.'))
    })
    socket.on('data', (chunk) => {
      for (const word of this.#words.take(chunk)) this.#hear(word, entered, failed)
    })
  }

  #hear(word: string, entered: () => void, failed: (fault: Fault) => void): void {
    if (word === PING) this.#socket.write(PONG)
    else if (word.startsWith(ENTERED)) entered()
    else if (word.startsWith(OPEN)) this.#enter()
    else if (word.startsWith(REFUSED))
      failed(new Fault('refused', `An idle connection was refused: ${word.slice(REFUSED.length)}`))
  }

  #enter(): void {
    this.#socket.write(textFrame(`${ENTERED}${JSON.stringify(this.#handshake)}`))
  }
}
