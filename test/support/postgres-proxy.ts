/** Stands between a hub and its database, and harms what passes when the test says so. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { atEndOfTest } from './cleanup.ts'

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

export class PostgresProxy {
  readonly #target: URL
  readonly #pairs = new Set<Pair>()
  #listener: Server | null = null
  #port = 0
  /** What the hub sends does not arrive. */
  isMute = false
  /** What the server answers does not arrive. */
  isDeaf = false
  /** Once, when somebody begins a second connection: it gets no answer, and the first one is lost. */
  isTripping = false

  private constructor(url: string) {
    this.#target = new URL(url)
  }

  /** It ends with the test. */
  static async start(url: string): Promise<PostgresProxy> {
    const proxy = new PostgresProxy(url)
    await proxy.open()
    atEndOfTest(() => proxy.close())
    return proxy
  }

  get url(): string {
    const url = new URL(this.#target)
    url.port = String(this.#port)
    return url.href
  }

  /** Takes connections again, unharmed. */
  async open(): Promise<void> {
    this.isMute = false
    this.isDeaf = false
    this.#listener = createServer((client) => this.#join(client)).listen(this.#port, '127.0.0.1')
    await once(this.#listener, 'listening')
    this.#port = (this.#listener.address() as AddressInfo).port
  }

  #join(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname)
    const pair = { client, server }
    this.#pairs.add(pair)
    for (const socket of [client, server]) socket.on('error', () => {})
    const end = () => {
      this.#pairs.delete(pair)
      client.destroy()
      server.destroy()
    }
    if (this.isTripping && this.#pairs.size === 2) {
      this.isTripping = false
      this.#pairs.delete(pair)
      this.loseClients()
      return
    }
    client.on('data', (chunk) => this.isMute || server.write(chunk))
    server.on('data', (chunk) => this.isDeaf || client.write(chunk))
    server.on('close', end)
    client.on('close', () => this.#pairs.has(pair) && end())
  }

  /** Ends all connections, and takes none until `open`. */
  close(): void {
    this.#listener?.close()
    this.#listener = null
    for (const { client, server } of [...this.#pairs]) {
      client.destroy()
      server.destroy()
    }
  }

  /** The hub loses its connections; the server hears nothing of it. */
  loseClients(): void {
    for (const pair of [...this.#pairs]) {
      this.#pairs.delete(pair)
      pair.client.destroy()
      atEndOfTest(() => pair.server.destroy())
    }
  }
}
