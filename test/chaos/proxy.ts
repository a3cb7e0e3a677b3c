/**
 * A TCP proxy that harms connections. Each connection draws a *fate* when it begins; once so many bytes have passed, counted both ways, it *strikes*, at that very byte. What a stricken
 * connection can look like:
 *
 * - `reset`: both ends hear of it at once.
 * - `black-hole`: both ends stay open, and nothing passes any more; not even the end of one of them.
 * - `half-open`: one end is reset, the other one hears nothing.
 * - `trickle`: one byte a second each way, in order.
 *
 * The last three are over when both ends have given up, when their time is over, or when everything is healed: what is left of the connection is then reset.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../../shared/clock.ts'

export type Harm = 'reset' | 'black-hole' | 'half-open' | 'trickle'

export interface Fate {
  /** Every byte of it comes so much later. */
  readonly delayMs: number
  /** Null: nothing happens to it. */
  readonly strike: Strike | null
}

export interface Strike {
  readonly harm: Harm
  /** Bytes that pass before. */
  readonly afterBytes: number
  /** Of `half-open`: which end is reset. */
  readonly resets: 'client' | 'server'
  /** When it ends by a reset; null leaves it to the peers. */
  readonly lastsMs: number | null
}

export interface ProxySettings {
  readonly serverPort: number
  readonly clock: Clock
  fate(): Fate
  struck(harm: Harm): void
}

const TRICKLE_PERIOD_MS = 1000
/** Bytes that may wait in one direction before its source is no longer read. */
const MOST_WAITING = 256 * 1024

/**
 * What `resetAndDestroy` does once it has ended the socket in good order, without doing that first (lib/net.js of Node 18.3 and later): when an error of the peer comes in between, libuv refuses the
 * reset, and Node leaves the handle open for ever. For the same reason what is ending or not yet connected is only closed.
 */
const reset = (socket: Socket): void => {
  const closing = socket as Socket & { resetAndClosing: boolean }
  closing.resetAndClosing = !socket.writableEnded && !socket.connecting
  socket.destroy()
}

/** One direction: what came from one end and has not yet been given to the other one. */
class Lane {
  readonly #source: Socket
  readonly #sink: Socket
  readonly #clock: Clock
  readonly #delayMs: number
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #isOver = false
  /** Nothing passes any more. */
  isDead = false
  #cancelTrickle: (() => void) | null = null

  constructor(source: Socket, sink: Socket, clock: Clock, delayMs: number) {
    this.#source = source
    this.#sink = sink
    this.#clock = clock
    this.#delayMs = delayMs
    sink.on('drain', () => this.#resumeIfRoom())
  }

  take(chunk: Buffer): void {
    if (this.isDead || chunk.length === 0) return
    this.#later(() => this.#give(chunk))
  }

  /** The source has said all that it had to say. */
  end(): void {
    this.#later(() => {
      this.#isOver = true
      if (this.#cancelTrickle === null) this.#sink.end()
    })
  }

  #later(run: () => void): void {
    const alive = () => {
      if (!this.isDead) run()
    }
    if (this.#delayMs === 0) alive()
    else this.#clock.after(this.#delayMs, alive)
  }

  #give(chunk: Buffer): void {
    if (this.#cancelTrickle === null) {
      if (!this.#sink.write(chunk)) this.#source.pause()
      return
    }
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > MOST_WAITING) this.#source.pause()
  }

  #resumeIfRoom(): void {
    if (this.#waitingBytes <= MOST_WAITING && !this.#source.destroyed) this.#source.resume()
  }

  die(): void {
    this.isDead = true
    this.#waiting = []
    this.#cancelTrickle?.()
    // What comes is read and forgotten, so that the end of this end is heard.
    if (!this.#source.destroyed) this.#source.resume()
  }

  /** From now on one byte a second. */
  trickle(): void {
    const next = () => {
      this.#cancelTrickle = this.#clock.after(TRICKLE_PERIOD_MS, next)
      this.#giveOneByte()
    }
    this.#cancelTrickle = this.#clock.after(TRICKLE_PERIOD_MS, next)
  }

  #giveOneByte(): void {
    const [first] = this.#waiting
    if (first === undefined) {
      if (this.#isOver) this.#sink.end()
      return
    }
    this.#sink.write(first.subarray(0, 1))
    this.#waitingBytes -= 1
    if (first.length > 1) this.#waiting[0] = first.subarray(1)
    else this.#waiting.shift()
    this.#resumeIfRoom()
  }
}

class Connection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #fate: Fate
  readonly #settings: ProxySettings
  readonly #lanes: { readonly client: Lane; readonly server: Lane }
  #bytes = 0
  #cancelEnd = () => {}
  isStruck = false
  #isSpared = false

  /** @param gone called when both ends are closed */
  constructor(client: Socket, server: Socket, settings: ProxySettings, gone: () => void) {
    this.#client = client
    this.#server = server
    this.#settings = settings
    this.#fate = settings.fate()
    const { clock } = settings
    const { delayMs } = this.#fate
    this.#lanes = {
      client: new Lane(client, server, clock, delayMs),
      server: new Lane(server, client, clock, delayMs),
    }
    this.#carry(client, this.#lanes.client, server, gone)
    this.#carry(server, this.#lanes.server, client, gone)
  }

  #carry(source: Socket, lane: Lane, other: Socket, gone: () => void): void {
    source.setNoDelay()
    source.on('data', (chunk: Buffer) => this.#pass(lane, chunk))
    source.on('end', () => (this.#isSilent ? source.end() : lane.end()))
    // Its `close` follows.
    source.on('error', () => {})
    source.on('close', (hadError) => {
      if (hadError && !this.#isSilent) reset(other)
      if (!other.destroyed) return
      this.#cancelEnd()
      for (const each of Object.values(this.#lanes)) each.die()
      gone()
    })
  }

  /** Neither end hears of the other one any more. */
  get #isSilent(): boolean {
    const harm = this.#fate.strike?.harm
    return this.isStruck && (harm === 'black-hole' || harm === 'half-open')
  }

  #pass(lane: Lane, chunk: Buffer): void {
    const { strike } = this.#fate
    const isSafe = strike === null || this.isStruck || this.#isSpared
    const left = isSafe ? Number.POSITIVE_INFINITY : strike.afterBytes - this.#bytes
    this.#bytes += chunk.length
    if (chunk.length < left) return lane.take(chunk)
    lane.take(chunk.subarray(0, left))
    this.#strike(strike!)
    lane.take(chunk.subarray(left))
  }

  #strike({ harm, resets, lastsMs }: Strike): void {
    this.isStruck = true
    this.#settings.struck(harm)
    if (harm === 'reset') return this.reset()
    for (const lane of Object.values(this.#lanes)) {
      if (harm === 'trickle') lane.trickle()
      else lane.die()
    }
    if (harm === 'half-open') reset(resets === 'client' ? this.#client : this.#server)
    if (lastsMs !== null) this.#cancelEnd = this.#settings.clock.after(lastsMs, () => this.reset())
  }

  /** Nothing happens to it any more that has not happened yet. */
  spare(): void {
    this.#isSpared = true
  }

  reset(): void {
    reset(this.#client)
    reset(this.#server)
  }
}

export class HarmfulProxy {
  readonly #settings: ProxySettings
  readonly #server: Server
  readonly #connections = new Set<Connection>()

  private constructor(settings: ProxySettings) {
    this.#settings = settings
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  }

  static async open(settings: ProxySettings): Promise<HarmfulProxy> {
    const proxy = new HarmfulProxy(settings)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Stricken connections that are still there. */
  get stricken(): number {
    return [...this.#connections].filter(({ isStruck }) => isStruck).length
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#settings.serverPort, host: '127.0.0.1', allowHalfOpen: true })
    const connection = new Connection(client, server, this.#settings, () =>
      this.#connections.delete(connection),
    )
    this.#connections.add(connection)
  }

  /** Resets what is left of the stricken connections, and spares the others. */
  heal(): void {
    for (const connection of this.#connections) {
      if (connection.isStruck) connection.reset()
      else connection.spare()
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of this.#connections) connection.reset()
    await closed
  }
}
