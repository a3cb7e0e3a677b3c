/**
 * Stands before one server, and can be led to another one. It carries connections faithfully until it is *shut* in one of three ways, for as long as nobody opens it:
 *
 * - `reset`: both ends of all connections hear of it at once, and none can be made.
 * - `frozen`: nothing passes, not even the end of a connection; new ones begin and hear nothing. What waited goes on when it opens: a network that is back.
 * - `deaf`: what clients say arrives, what the server answers does not. When it opens, these connections are reset: nobody heard what became of their requests.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export type Shut = 'reset' | 'frozen' | 'deaf'

interface Pair {
  readonly client: Socket
  /** null: not yet begun. */
  server: Socket | null
}

const LOOPBACK = '127.0.0.1'

export class Gate {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #target: number
  #shut: Shut | null = null

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client))
  }

  static async open(target: number): Promise<Gate> {
    const gate = new Gate(target)
    gate.#server.listen(0, LOOPBACK)
    await once(gate.#server, 'listening')
    return gate
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get isShut(): boolean {
    return this.#shut !== null
  }

  #accept(client: Socket): void {
    client.on('error', () => {})
    if (this.#shut === 'reset') return void client.destroy()
    const pair: Pair = { client, server: null }
    this.#pairs.add(pair)
    client.on('close', () => this.#end(pair))
    if (this.#shut === 'frozen') client.pause()
    else this.#join(pair)
  }

  #join(pair: Pair): void {
    const server = connect({ port: this.#target, host: LOOPBACK, noDelay: true })
    pair.server = server
    server.on('error', () => {})
    server.on('close', () => this.#end(pair))
    this.#carry(pair.client, server, () => false)
    this.#carry(server, pair.client, () => this.#shut === 'deaf')
  }

  #carry(from: Socket, to: Socket, isLost: () => boolean): void {
    from.on('data', (chunk) => {
      if (!isLost() && !to.write(chunk)) from.pause()
    })
    to.on('drain', () => {
      if (this.#shut !== 'frozen') from.resume()
    })
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair)
    pair.client.destroy()
    pair.server?.destroy()
  }

  shut(how: Shut): void {
    this.#shut = how
    for (const pair of [...this.#pairs]) {
      if (how === 'reset') this.#end(pair)
      if (how === 'frozen') this.#each(pair, (socket) => socket.pause())
    }
  }

  #each({ client, server }: Pair, act: (socket: Socket) => void): void {
    act(client)
    if (server !== null) act(server)
  }

  unshut(): void {
    const was = this.#shut
    this.#shut = null
    for (const pair of [...this.#pairs]) {
      if (was === 'deaf') this.#end(pair)
      else if (pair.server === null) this.#join(pair)
      this.#each(pair, (socket) => socket.resume())
    }
  }

  /** To another server, and opens it; nothing that was begun goes on. */
  lead(target: number): void {
    this.#target = target
    for (const pair of [...this.#pairs]) this.#end(pair)
    this.#shut = null
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const pair of [...this.#pairs]) this.#end(pair)
    await closed
  }
}
