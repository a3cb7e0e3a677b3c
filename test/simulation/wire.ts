/**
 * One connection with its two ends, and everything that can happen between them. Each end knows only what arrives or what it gives up: after a fault one may believe in the connection for as
 * long as its ping timeout, while the other is back on a new one.
 *
 * connecting -> open -> closed, for each end by itself
 */
import type { Handshake } from '../../shared/messages.ts'
import { ActorEnd } from './actor-end.ts'
import { HubEnd } from './hub-end.ts'
import type { ActorSide, HubSide, Medium, Switchboard, Trap } from './medium.ts'
import type { Line, Observe } from './observations.ts'
import { Pipe } from './pipe.ts'

/** As socket.io-client has it in the link. */
const CONNECT_TIMEOUT_MS = 10_000

export class Wire implements Medium {
  readonly #network: Switchboard
  readonly #forget: (wire: Wire) => void
  readonly line: Line
  readonly observe: Observe
  readonly rooms: Medium['rooms']
  readonly #toHub: Pipe
  readonly #toActor: Pipe
  readonly actor: ActorEnd
  hub: HubEnd | null = null
  trap: Trap | null = null
  readonly #handshake: Handshake

  /** @param forget called when both ends know that it is over */
  constructor(
    network: Switchboard,
    made: { line: Line; handshake: Handshake; latencyMs: () => number },
    forget: (wire: Wire) => void,
  ) {
    const { time, observe } = network.parts
    this.#network = network
    this.#forget = forget
    this.line = made.line
    this.observe = observe
    this.rooms = network.rooms
    this.#handshake = structuredClone(made.handshake)
    this.#toHub = new Pipe(time, made.latencyMs)
    this.#toActor = new Pipe(time, made.latencyMs)
    this.actor = new ActorEnd(this)
  }

  toHub(arrive: (hub: HubSide) => void): void {
    this.#toHub.send(() => {
      if (this.hub !== null) arrive(this.hub)
    })
  }

  toActor(arrive: (actor: ActorSide) => void): void {
    this.#toActor.send(() => arrive(this.actor))
  }

  cutToActor(): void {
    this.#toActor.cut()
  }

  /** Do both ends believe in it? */
  get isOpen(): boolean {
    return this.actor.isConnected && this.hub?.connected === true
  }

  dial(): void {
    this.#toHub.send(() => this.#knock())
    this.#network.parts.time.after(CONNECT_TIMEOUT_MS, () => this.actor.refused(new Error('timeout')))
  }

  #knock(): void {
    const { listening } = this.#network
    if (listening === null) return this.toActor((actor) => actor.refused(new Error('connect ECONNREFUSED')))
    const { doors, clock } = listening
    const hub = new HubEnd(this, this.#handshake)
    this.hub = hub
    hub.enter(doors, clock)
  }

  /** The connection breaks, and both ends hear of it soon. @param isAbrupt what is under way is lost */
  drop(isAbrupt: boolean): void {
    const { time, dice } = this.#network.parts
    if (!isAbrupt) {
      this.toHub((hub) => hub.closed('transport close'))
      this.toActor((actor) => actor.closed('transport close'))
      return
    }
    this.#cut()
    time.after(dice.whole(0, 30), () => this.hub?.closed('transport error'))
    time.after(dice.whole(0, 30), () => this.actor.closed('transport error'))
  }

  /** One end is gone at once, the other believes in the connection until its ping timeout. */
  halfOpen(gone: 'actor' | 'hub'): void {
    const { time } = this.#network.parts
    this.#cut()
    if (gone === 'actor') {
      this.actor.closed('transport error')
      time.after(this.#silenceMs(), () => this.hub?.closed('ping timeout'))
    } else {
      this.hub?.closed('transport error')
      time.after(this.#silenceMs(), () => this.actor.closed('ping timeout'))
    }
  }

  /** @param isNoticed the operating system closed its sockets; otherwise the machine is gone */
  actorDied(isNoticed: boolean): void {
    this.actor.die()
    this.#toActor.cut()
    if (isNoticed) return this.toHub((hub) => hub.closed('transport close'))
    this.#toHub.cut()
    this.#network.parts.time.after(this.#silenceMs(), () => this.hub?.closed('ping timeout'))
  }

  hubDied(afterMs: number): void {
    this.hub?.die()
    this.#cut()
    this.#network.parts.time.after(afterMs, () => {
      this.actor.closed('transport close')
      this.actor.refused(new Error('transport close'))
    })
  }

  /** As Engine.IO: what hears nothing for its ping interval and timeout gives up. */
  giveUpUnless(isOver: () => boolean): void {
    const { time } = this.#network.parts
    const stalled = { toHub: this.#toHub.isStalled, toActor: this.#toActor.isStalled }
    time.after(this.#silenceMs(), () => {
      if (!isOver()) this.hub?.conn.close()
    })
    if (stalled.toActor)
      time.after(this.#silenceMs(), () => {
        if (!isOver()) this.actor.giveUp('ping timeout')
      })
  }

  stall(direction: { toHub: boolean; toActor: boolean }): void {
    if (direction.toHub) this.#toHub.stall()
    if (direction.toActor) this.#toActor.stall()
  }

  resume(): number {
    return this.#toHub.resume() + this.#toActor.resume()
  }

  springs(trap: Trap): boolean {
    if (this.trap !== trap || !this.isOpen) return false
    this.trap = null
    const { effected, say } = this.#network.parts
    effected(trap)
    say(`network: ${this.line.connection} is ${trap}`)
    this.drop(true)
    return true
  }

  ended(): void {
    const isKnocking = this.hub === null && this.#toHub.underWay > 0
    if (!this.actor.isAlive && !isKnocking && this.hub?.isAlive !== true) this.#forget(this)
  }

  #cut(): void {
    this.#toHub.cut()
    this.#toActor.cut()
  }

  /** From the moment in which nothing comes any more to giving up. */
  #silenceMs(): number {
    const { dice, settings } = this.#network.parts
    return settings.pingTimeoutMs + dice.whole(0, settings.pingIntervalMs)
  }
}
