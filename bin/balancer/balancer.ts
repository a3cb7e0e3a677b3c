/**
 * Stands before several hubs and takes connections for them, in turn, for those that are ready. It passes bytes on and knows nothing of what they say, so a client must be content with any hub at every connection: WebSocket only, no sticky sessions. A hub
 * is asked again and again whether it is ready; one that takes no connection is passed over until it has been asked again. Who comes while no hub is ready is cut, and tries again by itself. At the beginning whoever comes waits until all of them are, for some time: otherwise all would be with the one that was first, and whoever is cut comes again only after a pause.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Clock, every } from '../../shared/clock.ts'

const LOOPBACK = '127.0.0.1'
const ASK_EVERY_MS = 200
/** As long as it waits for all hubs at the beginning. */
const BEGIN_MS = 10_000

export interface BalancerSettings {
  /** 0 takes a free one. */
  readonly port: number
  /** Ports of the hubs on this machine. */
  readonly hubs: readonly number[]
  readonly clock: Clock
  /** MUST answer in the end, also for a hub that does not. */
  isReady(port: number): Promise<boolean>
}

interface Target {
  readonly port: number
  isReady: boolean
  isAsked: boolean
}

const pass = (one: Socket, other: Socket): void => {
  one.pipe(other)
  one.on('error', () => other.destroy())
  one.on('close', () => other.destroy())
}

export class Balancer {
  readonly #settings: BalancerSettings
  readonly #targets: Target[]
  readonly #server: Server
  readonly #clients = new Set<Socket>()
  /** Who has come before it has begun. */
  #early: Socket[] = []
  readonly #stopAsking: () => void
  readonly #stopWaiting: () => void
  #hasBegun = false
  #tellBegun: () => void = () => {}
  /** Resolves when connections are given to hubs. */
  readonly begun: Promise<void> = new Promise((resolve) => {
    this.#tellBegun = resolve
  })
  #next = 0

  private constructor(settings: BalancerSettings) {
    this.#settings = settings
    this.#targets = settings.hubs.map((port) => ({ port, isReady: false, isAsked: false }))
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client))
    this.#stopAsking = every(settings.clock, ASK_EVERY_MS, () => this.#askAll())
    this.#stopWaiting = settings.clock.after(BEGIN_MS, () => this.#begin())
  }

  /** @throws Error of the system if the port cannot be had */
  static async open(settings: BalancerSettings): Promise<Balancer> {
    const balancer = new Balancer(settings)
    try {
      balancer.#server.listen(settings.port, LOOPBACK)
      await once(balancer.#server, 'listening')
      return balancer
    } catch (error) {
      balancer.#stop()
      throw error
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #askAll(): void {
    for (const target of this.#targets) if (!target.isAsked) void this.#ask(target)
  }

  async #ask(target: Target): Promise<void> {
    target.isAsked = true
    target.isReady = await this.#settings.isReady(target.port)
    target.isAsked = false
    if (this.#targets.every(({ isReady }) => isReady)) this.#begin()
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    for (const client of this.#early.splice(0)) this.#join(client)
    this.#tellBegun()
  }

  #stop(): void {
    this.#stopAsking()
    this.#stopWaiting()
  }

  /** In turn; undefined when none is ready. */
  #take(): Target | undefined {
    const count = this.#targets.length
    for (let tried = 0; tried < count; tried += 1) {
      const target = this.#targets[this.#next++ % count]!
      if (target.isReady) return target
    }
    return undefined
  }

  #accept(client: Socket): void {
    this.#clients.add(client)
    client.on('close', () => this.#clients.delete(client))
    client.on('error', () => {})
    if (this.#hasBegun) this.#join(client)
    else this.#early.push(client)
  }

  #join(client: Socket): void {
    if (client.destroyed) return
    const target = this.#take()
    if (target === undefined) return void client.destroy()
    const hub = connect({ port: target.port, host: LOOPBACK, noDelay: true })
    const refused = () => {
      target.isReady = false
      this.#join(client)
    }
    hub.once('error', refused)
    hub.once('connect', () => {
      hub.off('error', refused)
      if (client.destroyed) return void hub.destroy()
      pass(client, hub)
      pass(hub, client)
    })
  }

  /** Cuts whoever is there. */
  async close(): Promise<void> {
    this.#stop()
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const client of this.#clients) client.destroy()
    await closed
  }
}
