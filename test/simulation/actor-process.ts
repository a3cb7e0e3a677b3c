/**
 * A vendor or driver as a process on a machine: the real one, on the real link with a real outbox, on disks that outlive it and a clock that ends with it. A *guest* is a second process of
 * the same participant on another machine: it takes the connection over, and is displaced when the first is started again.
 */
import { HubLink } from '../../shared/link/hub-link.ts'
import { identityOf } from '../../shared/link/identity.ts'
import { type LevelOutbox, openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import { type ActorLink, beDriver, beVendor, type Work } from './actor-work.ts'
import type { Dice } from './dice.ts'
import { asOutboxDatabase, Disk } from './disk.ts'
import { moody } from './handlers.ts'
import type { Network } from './network.ts'
import type { Observe } from './observations.ts'
import type { DriverPlan, Moods, TillPlan } from './plan.ts'
import type { Trouble } from './trouble.ts'
import { ProcessClock, type VirtualTime, type Wall } from './virtual-time.ts'

export interface ActorParts {
  readonly time: VirtualTime
  readonly dice: Dice
  readonly network: Network
  readonly trouble: Trouble
  readonly moods: Moods
  readonly seed: number
  readonly observe: Observe
  say(text: string): void
  isPoisonous(participant: string, event: HandedEvent): boolean
  failed(error: unknown): void
  /** Its own process is gone, whatever has ended it. */
  ended(actor: ActorProcess): void
}

interface Disks {
  readonly outbox: Disk
  readonly journal: Disk
}

interface Life {
  readonly name: string
  readonly clock: ProcessClock
  readonly disks: Disks
  link: HubLink | null
  work: Work
  isClosing: boolean
  isOver: boolean
}

const OUTBOX_LIMIT = 1_000_000
const starting: Work = { stop: () => {}, close: async () => {}, isBusy: () => true }

export class ActorProcess {
  readonly participant: string
  readonly plan: TillPlan | DriverPlan
  readonly #parts: ActorParts
  readonly wall: Wall = { offsetMs: 0 }
  #startedAtMs = 0
  readonly #disks: Disks
  #own: Life | null = null
  #guest: Life | null = null
  #lives = 0
  #isGone = false

  constructor(plan: TillPlan | DriverPlan, parts: ActorParts) {
    this.plan = plan
    this.#parts = parts
    this.participant = plan.role === 'vendor' ? `vendor/${plan.store}/${plan.id}` : `driver/${plan.id}`
    this.#disks = this.#newDisks()
  }

  get isUp(): boolean {
    return this.#own !== null
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get hasGuest(): boolean {
    return this.#guest !== null
  }

  /** Nothing more to send, to carry or to make. */
  get isDone(): boolean {
    if (this.#isGone) return true
    const isConnected = this.#parts.network.openWires(this.participant).length > 0
    return isConnected && this.#own?.link?.counts().unconfirmed === 0 && !this.#own.work.isBusy()
  }

  /** Writes of its disks that a loss of power would lose. */
  get unsynced(): number {
    return this.#disks.outbox.unsynced + this.#disks.journal.unsynced
  }

  start(): void {
    if (this.#own === null) this.#own = this.#begin(this.#disks, '')
  }

  /** A second process on another machine, with empty disks. */
  startGuest(): void {
    if (this.#guest === null) this.#guest = this.#begin(this.#newDisks(), '(guest)')
  }

  /** The process is gone at once. @param isPowerLost the machine with it: what was not synced is lost, but for a drawn part */
  kill(isPowerLost: boolean): void {
    const life = this.#own
    if (life === null) return
    const { dice, network, say } = this.#parts
    say(`${life.name} is ${isPowerLost ? 'without power' : 'killed'}`)
    for (const disk of [life.disks.outbox, life.disks.journal])
      disk.crash(isPowerLost ? dice.whole(0, disk.unsynced) : disk.unsynced)
    for (const wire of network.wires(this.participant))
      if (wire.line.connection.startsWith(`${life.name}#`)) wire.actorDied(!isPowerLost)
    this.#over(life)
  }

  /** As `kill`, and nobody will ever start it again. */
  quit(): void {
    this.#isGone = true
    this.#parts.observe({ kind: 'gone for good', participant: this.participant })
    this.kill(false)
  }

  /** It is asked to stop, and drains. */
  async stop(): Promise<void> {
    if (this.#own !== null) await this.#close(this.#own, { drain: true, timeoutMs: 1000 })
  }

  async #close(life: Life, how: { drain: boolean; timeoutMs?: number }): Promise<void> {
    if (life.isClosing) return
    life.isClosing = true
    life.work.stop()
    await life.link?.close(how)
    await life.work.close()
    this.#parts.say(`${life.name} has ended`)
    this.#over(life)
  }

  #over(life: Life): void {
    if (life.isOver) return
    life.isOver = true
    life.clock.kill()
    if (this.#guest === life) this.#guest = null
    if (this.#own !== life) return
    this.#own = null
    if (!this.#isGone) this.#parts.ended(this)
  }

  #begin(disks: Disks, suffix: string): Life {
    this.#lives += 1
    const setMs = this.wall.offsetMs - this.#startedAtMs
    this.#startedAtMs = this.wall.offsetMs
    if (setMs !== 0) this.#parts.trouble.clockSet(setMs)
    const life: Life = {
      name: `${this.participant}.${this.#lives}${suffix}`,
      clock: new ProcessClock(this.#parts.time, this.wall),
      disks,
      link: null,
      work: starting,
      isClosing: false,
      isOver: false,
    }
    this.#parts.say(`${life.name} starts`)
    this.#open(life).catch((error) => this.#parts.failed(error))
    return life
  }

  #newDisks(): Disks {
    const { time, dice } = this.#parts
    const disk = () => new Disk({ time, syncMs: () => dice.whole(0, 15) })
    return { outbox: disk(), journal: disk() }
  }

  async #open(life: Life): Promise<void> {
    const { clock, disks } = life
    const outbox = await openLevelOutbox({
      folder: 'simulated',
      participant: this.participant,
      clock,
      database: asOutboxDatabase(disks.outbox.database),
    })
    const { plan, participant } = this
    const { seed, failed } = this.#parts
    const parts = {
      participant,
      clock,
      outbox,
      seed,
      failed,
      journal: disks.journal,
      isGuest: disks !== this.#disks,
      connect: () => this.#connect(life, outbox),
    }
    life.work = await (plan.role === 'vendor' ? beVendor(plan, parts) : beDriver(plan, parts))
  }

  #connect(life: Life, outbox: LevelOutbox): ActorLink {
    const { network, dice } = this.#parts
    const { plan } = this
    const identity = identityOf({ ...plan, url: 'http://hub' })
    const link = new HubLink({
      clock: life.clock,
      random: () => dice.fraction(),
      outbox,
      outboxLimit: OUTBOX_LIMIT,
      openSocket: (handshake) => network.open({ participant: this.participant, life: life.name }, handshake),
      handshake: identity.handshake,
      token: undefined,
    })
    life.link = link
    link.onStatus((status) => {
      this.#parts.say(`${life.name} is ${status.kind}`)
      if (status.kind === 'displaced') void this.#close(life, { drain: false })
      if (status.kind === 'fault' || status.kind === 'refused') this.#parts.failed(status)
    })
    link.connect()
    return this.#withMoods(life, link)
  }

  /** The link, but its handlers are of flesh and blood. */
  #withMoods(life: Life, link: HubLink): ActorLink {
    const { dice, trouble, moods, observe, isPoisonous } = this.#parts
    const { participant } = this
    const parts = {
      dice,
      trouble,
      moods,
      clock: life.clock,
      isPoisonous: (event: HandedEvent) => isPoisonous(participant, event),
      handled: (event: HandedEvent) => observe({ kind: 'handled', participant, life: life.name, event }),
    }
    return {
      publish: (event, payload) => link.publish(event, payload),
      on: (event, handler) => link.on(event, moody(handler, parts)),
      onPosition: (listener) => link.onPosition(listener),
      onStatus: (listener) => link.onStatus(listener),
      failed: () => link.failed(),
      counts: () => link.counts(),
      assignments: () => link.assignments(),
      position: (position) => link.position(position),
    }
  }
}
