/** A peer on bare TCP that speaks WebSocket, Engine.IO and Socket.IO as badly as a test wants. */
import type { Socket } from 'node:net'
import { NAMESPACE } from '../../shared/protocol.ts'
import { rawConnection } from './raw-http.ts'
import { rawFrame, ServerWords, textFrame, UPGRADE } from './raw-websocket.ts'
import { createInbox, type Inbox, inTime } from './waiting.ts'

export class RawPeer {
  readonly socket: Socket
  /** The head of the HTTP answer first, then what each WebSocket frame brings. */
  readonly words: Inbox<string> = createInbox<string>('the word of the hub')
  readonly #closed: Promise<void>

  private constructor(socket: Socket) {
    this.socket = socket
    const words = new ServerWords()
    socket.on('data', (chunk: Buffer) => {
      for (const word of words.take(chunk)) this.words.put(word)
    })
    // Cut connections end with an error as often as without.
    socket.on('error', () => {})
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  /** With a WebSocket, and nothing said yet. */
  static async open(port: number): Promise<RawPeer> {
    const peer = new RawPeer(await rawConnection(port))
    peer.socket.write(UPGRADE)
    await peer.words.next((word) => word.startsWith('0{'))
    return peer
  }

  /** Welcome to the namespace. */
  static async admitted(port: number, auth: object): Promise<RawPeer> {
    const peer = await RawPeer.open(port)
    peer.connect(auth)
    await peer.words.next((word) => word.includes('["welcome"'))
    return peer
  }

  connect(auth: object): void {
    this.says(`40${NAMESPACE},${JSON.stringify(auth)}`)
  }

  says(text: string): void {
    this.write(textFrame(text))
  }

  frame(opcode: number, payload: string | Buffer): void {
    this.write(rawFrame(opcode, payload))
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes)
  }

  /** Resolves when the hub has ended the connection. */
  ended(): Promise<void> {
    return inTime(this.#closed, () => 'the end of a raw connection')
  }
}
