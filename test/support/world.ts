/**
 * A hub without sockets: the real ledger on a database that can crash, with intake, delivery, sessions and upkeep wired as hub.ts wires them, on a clock that the
 * test moves. Participants are peers that note what they are handed; a handover is named like `in-transit A`, by event and order.
 */
import { V7Generator } from 'uuidv7'
import { readHubConfig } from '../../hub/config.ts'
import { Dispatcher } from '../../hub/delivery/dispatcher.ts'
import { withdraw } from '../../hub/delivery/lease-writer.ts'
import type { Delivery, Handover } from '../../hub/delivery/ports.ts'
import type { Sender } from '../../hub/domain/order.ts'
import type { OrderRecord } from '../../hub/domain/order-record.ts'
import { newParticipant, type ParticipantRecord } from '../../hub/domain/participant.ts'
import type { HubOptions } from '../../hub/hub-parts.ts'
import { Intake } from '../../hub/intake/intake.ts'
import type { LevelLedger } from '../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../hub/ledger/level/open.ts'
import type { Transaction } from '../../hub/ledger/level/transaction.ts'
import { HubReports } from '../../hub/reports.ts'
import { type Registration, Sessions } from '../../hub/sessions/sessions.ts'
import type { Letter } from '../../hub/upkeep/letters.ts'
import { Upkeep } from '../../hub/upkeep/upkeep.ts'
import { FLEET, type OrderKey, orderKey, type ParticipantId } from '../../shared/ids.ts'
import { createLog } from '../../shared/log.ts'
import type { EventName, Receipt } from '../../shared/protocol.ts'
import { CrashingDatabase } from './crashing-database.ts'
import { commitNow, turning } from './ledger.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { driver, order, vendor } from './orders.ts'

/** One process life of the hub on the database. */
interface Life {
  readonly db: CrashingDatabase
  readonly ledger: LevelLedger
  readonly dispatcher: Dispatcher
  readonly intake: Intake
  readonly sessions: Sessions<Transaction>
  readonly upkeep: Upkeep
}

const silentLog = createLog({ logLevel: 'silent', logFormat: 'json' })
const quietReports = () => new HubReports(silentLog, { event: () => {}, close: () => {} })

const enterFleet = (transaction: Transaction): number => {
  const fleet = transaction.participant(FLEET)
  if (fleet === undefined) transaction.putParticipant(newParticipant(FLEET, 0))
  return fleet?.floor ?? 0
}

const begin = async (world: World, db: CrashingDatabase): Promise<Life> => {
  const { clock, reports, options } = world
  const ledger = await turning(clock, ledgerOn(db, clock, { readOnTheSpot: 0 }))
  const floor = await commitNow({ ledger, clock }, { participants: [FLEET], decide: enterFleet })
  const { reads } = ledger
  const deliveryLedger = {
    submit: ledger.submit.bind(ledger),
    onDecided: ledger.onDecided.bind(ledger),
    onCommitted: ledger.onCommitted.bind(ledger),
    entries: reads.entries.bind(reads),
    retries: reads.retries.bind(reads),
    heldOrders: reads.heldOrders.bind(reads),
  }
  const dispatcher = new Dispatcher({ ledger: deliveryLedger, reports, clock, options, hubs: null }, floor)
  const heldBy = (name: string) => dispatcher.leasing.heldBy(name)
  const generator = new V7Generator()
  const intake = new Intake({
    ledger,
    ids: { next: (timeMs) => generator.generateOrResetCore(timeMs, 10_000).toString() },
    reports,
    pressure: { isDiskLow: () => false },
    now: () => clock.now(),
    options,
  })
  const sessions = new Sessions<Transaction>({
    ledger,
    options,
    lastAliveMs: ledger.lastAliveMs ?? clock.now(),
    letGo: () => {},
    drivers: {
      heldBy,
      withdraw: (transaction, held) => withdraw(transaction, held, options),
    },
  })
  const upkeep = new Upkeep({
    ledger: {
      submit: ledger.submit.bind(ledger),
      participants: reads.participants.bind(reads),
      ordersEndedBefore: reads.ordersEndedBefore.bind(reads),
      deadLettersOf: reads.deadLettersOf.bind(reads),
      closedEntries: (place, participant, range) => reads.closedEntries(place, participant, range),
      scrub: ledger.scrub.bind(ledger),
    },
    clock,
    reports,
    presence: {
      isConnected: (id) => sessions.isConnected(id),
      isAwayWritten: false,
      isOthers: () => false,
      isCarrying: (id) => id.startsWith('driver/') && heldBy(id.slice('driver/'.length)).length > 0,
    },
    options,
    readyMs: clock.now(),
    isDoneByOther: () => false,
    handed: dispatcher.erasures,
  })
  await turning(clock, dispatcher.start())
  ledger.markAlive()
  return { db, ledger, dispatcher, intake, sessions, upkeep }
}

export interface Handed extends Handover {
  /** `in-transit A` */
  readonly name: string
  readonly token: string
}

interface Connecting {
  readonly sender: Sender
  readonly window: number
  readonly capacity: number
  readonly receives: boolean
}

/** One connection of a participant, from asking to be let in to its end. */
export class Peer {
  readonly #world: World
  readonly #life: Life
  readonly #sizes: Connecting
  readonly sender: Sender
  /** Everything that it was handed. */
  readonly handed: Handed[] = []
  registration: Registration | null = null
  /** What displaced it. */
  displacedBy: string | null = null
  /** Answers to what it published and asked, as they came. */
  readonly answers: unknown[] = []
  #taken = 0
  #grip: Delivery | null = null
  #hasEnded = false

  constructor(world: World, life: Life, sizes: Connecting) {
    this.#world = world
    this.#life = life
    this.#sizes = sizes
    this.sender = sizes.sender
    const { sender, receives } = sizes
    const displaced = (by: string) => {
      this.displacedBy = by
      this.#grip?.detach()
      this.#hasEnded = true
    }
    life.sessions.register(
      { sender, receives, name: `connection ${world.peers.length}`, isGone: () => false, displaced },
      (reply) => {
        this.registration = reply
        if (reply.kind !== 'registered') return
        if (reply.record !== null) life.dispatcher.expect(reply.record)
        // Socket.IO calls a socket connected some turns after its admission.
        world.clock.endOfTurn(() => this.#attach())
      },
    )
  }

  #attach(): void {
    const { registration } = this
    if (this.#hasEnded || registration?.kind !== 'registered') return
    const { dispatcher } = this.#life
    const outlet = { hand: (handovers: readonly Handover[]) => this.#note(handovers) }
    const { sender } = this
    if (sender.role === 'driver')
      this.#grip = dispatcher.attachDriver(sender.id, outlet, {
        capacity: this.#sizes.capacity,
        entries: this.#sizes.window,
      })
    else if (registration.record !== null)
      this.#grip = dispatcher.attachQueue(registration.record, outlet, this.#sizes.window)
  }

  /** What a process still does that has been killed, with a write that had ended before, nobody gets. */
  #note(handovers: readonly Handover[]): void {
    if (!this.#world.isRunning(this.#life)) return
    for (const handover of structuredClone(handovers)) {
      const { event, payload } = handover.entry
      const handed = { ...handover, name: `${event} ${payload.orderId}` }
      this.handed.push(handed)
      this.#world.watch(this, handed)
    }
  }

  /** What it was handed since the last call: `in-transit A`, from the second attempt on with its number. */
  take(): string[] {
    const fresh = this.handed.slice(this.#taken)
    this.#taken = this.handed.length
    return fresh.map(({ name, attempt, entry }) =>
      [name, ...(attempt > 1 ? [`#${attempt}`] : []), ...(entry.replay ? ['replay'] : [])].join(' '),
    )
  }

  /** The newest handover of that name. */
  find(name: string): Handed {
    const found = this.handed.findLast((handed) => handed.name === name)
    if (found === undefined) throw new Error(`${this.sender.participant} was never handed ${name}`)
    return found
  }

  acknowledge(...names: string[]): void {
    this.acknowledgeTokens(...names.map((name) => this.find(name).token))
  }

  acknowledgeTokens(...tokens: string[]): void {
    this.#grip?.acknowledge(tokens)
  }

  reject(...names: string[]): void {
    this.rejectTokens(...names.map((name) => this.find(name).token))
  }

  rejectTokens(...tokens: string[]): void {
    this.#grip?.reject(tokens.map((entry) => ({ entry, reason: 'no' })))
  }

  publish(...names: string[]): void {
    const frame = names.map((name) => this.#world.publication(this.sender, name))
    this.#life.intake.open(this.sender).publish(frame, (receipts) => this.answers.push(receipts))
  }

  release(orderId: string, store = 'acme'): void {
    const release = { order: orderKey(store, orderId), reason: 'no' }
    const { writer } = this.#life.dispatcher.leasing
    writer.release(this.sender.id, release, (outcome) => this.answers.push(outcome))
  }

  askAssignments(): void {
    const reply = (orders: readonly { orderId: string; state: string }[]) =>
      this.answers.push(orders.map(({ orderId, state }) => `${state} ${orderId}`))
    this.#life.dispatcher.leasing.writer.assignments(this.sender.id, reply)
  }

  /** As the socket side does it: a vendor's answers end at once, a driver's when it has left. */
  leave(): void {
    if (this.sender.role === 'vendor') this.#grip?.detach()
    const { registration } = this
    if (registration?.kind !== 'registered') return
    registration.session.leave((hasLeft) => {
      this.answers.push(hasLeft)
      if (hasLeft) this.disconnect()
    })
  }

  disconnect(): void {
    this.#hasEnded = true
    this.#grip?.detach()
    if (this.registration?.kind === 'registered') this.registration.session.end()
  }
}

export class World {
  #clock: ManualClock = createManualClock()
  readonly reports = quietReports()
  readonly options: HubOptions
  readonly peers: Peer[] = []
  /** Called for every handover, as it happens. */
  watch: (peer: Peer, handed: Handed) => void = () => {}
  #life!: Life
  /** Between a kill and the next start. */
  #isDown = false
  readonly #known = new Set<string>()
  #carrier: Peer | null = null

  private constructor(options: Partial<HubOptions>) {
    this.options = { ...readHubConfig({}, {}).options, ...options }
  }

  static async open(options: Partial<HubOptions> = {}): Promise<World> {
    const world = new World(options)
    world.#life = await begin(world, new CrashingDatabase())
    return world
  }

  /** Of every order that anybody published. */
  readonly orders = new Set<OrderKey>()

  get clock(): ManualClock {
    return this.#clock
  }

  get db(): CrashingDatabase {
    return this.#life.db
  }

  isRunning(life: Life): boolean {
    return life === this.#life && !this.#isDown
  }

  get ledger(): LevelLedger {
    return this.#life.ledger
  }

  get dispatcher(): Dispatcher {
    return this.#life.dispatcher
  }

  get intake(): Intake {
    return this.#life.intake
  }

  get sessions(): Sessions<Transaction> {
    return this.#life.sessions
  }

  get upkeep(): Upkeep {
    return this.#life.upkeep
  }

  get counts(): HubReports['counts'] {
    return this.reports.counts
  }

  settle(): Promise<void> {
    return this.clock.settle()
  }

  /** Time passes, in steps that let everything that it starts end. */
  async advance(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms)
    await this.settle()
  }

  /** Asks to be let in; `settle` to see what comes of it. */
  connect(sender: Sender, more: Partial<Connecting> = {}): Peer {
    const { window, capacity } = this.options
    const peer = new Peer(this, this.#life, { window, capacity, receives: true, ...more, sender })
    this.peers.push(peer)
    return peer
  }

  async vendor(id = 'main', more: Partial<Connecting> & { store?: string } = {}): Promise<Peer> {
    const peer = this.connect(vendor(more.store ?? 'acme', id), more)
    await this.settle()
    return peer
  }

  async driver(id = 'bob', more: Partial<Connecting> = {}): Promise<Peer> {
    const peer = this.connect(driver(id), more)
    await this.settle()
    return peer
  }

  /** `in-transit A` as an element of a frame; an order of `acme`, or of the vendor that sends it. */
  publication(sender: Sender, name: string): { event: string; payload: object } {
    const [event, orderId] = name.split(' ') as [EventName, string]
    const store = sender.role === 'vendor' ? sender.store : 'acme'
    this.orders.add(orderKey(store, orderId))
    return { event, payload: event === 'pickup' ? order(orderId, { store }) : { store, orderId } }
  }

  /** Publishes as `sender`, connected or not. */
  async publish(sender: Sender, ...names: string[]): Promise<readonly Receipt[]> {
    let receipts: readonly Receipt[] = []
    const frame = names.map((name) => this.publication(sender, name))
    this.#life.intake.open(sender).publish(frame, (answer) => {
      receipts = answer as readonly Receipt[]
    })
    await this.settle()
    return receipts
  }

  /** New orders of the store `acme`. */
  pickups(...orderIds: string[]): Promise<readonly Receipt[]> {
    return this.publish(vendor(), ...orderIds.map((orderId) => `pickup ${orderId}`))
  }

  /** Lets these things happen to orders of `acme` (`in-transit A`), with a driver of its own that carries them. */
  async happens(...names: string[]): Promise<void> {
    const unknown = [...new Set(names.map((name) => name.split(' ')[1]!))].filter(
      (id) => !this.#known.has(id),
    )
    for (const id of unknown) this.#known.add(id)
    this.#carrier ??= await this.driver('carrier', { capacity: 100_000, window: 100_000 })
    if (unknown.length > 0) await this.pickups(...unknown)
    // A small window of bytes lets only some of them come at a time; the others come behind an answer.
    for (let missing = unknown.length; missing > 0; ) {
      const handed = this.#carrier.take()
      if (handed.length === 0) break
      missing -= handed.length
      if (missing > 0) this.#carrier.acknowledge(...handed)
      await this.settle()
    }
    await this.publish(driver('carrier'), ...names)
  }

  order(orderId: string, store = 'acme'): Promise<OrderRecord | undefined> {
    const key = orderKey(store, orderId)
    return commitNow(this, { orders: [key], decide: (transaction) => transaction.order(key) })
  }

  row(id: ParticipantId): Promise<ParticipantRecord | undefined> {
    return commitNow(this, { participants: [id], decide: (transaction) => transaction.participant(id) })
  }

  /** The first dead letters of a participant. */
  letters(id: ParticipantId): Promise<readonly Letter[]> {
    return turning(this.clock, this.upkeep.deadLetters.list(id, { after: 0, limit: 100 }))
  }

  async replay(id: ParticipantId, ...positions: number[]): Promise<number> {
    const replayed = await turning(this.clock, this.upkeep.deadLetters.replay(id, positions))
    await this.settle()
    return replayed
  }

  drop(id: ParticipantId, ...positions: number[]): Promise<number> {
    return turning(this.clock, this.upkeep.deadLetters.drop(id, positions))
  }

  /** One round of upkeep. */
  tidy(): Promise<void> {
    return turning(this.clock, this.upkeep.run())
  }

  /**
   * The hub is killed and started again: what was not synced is lost, but for the oldest `kept` writes. `setClockMs` is by how much the machine's wall clock is set meanwhile.
   */
  async restart({ kept = 0, downMs = 0, setClockMs = 0 } = {}): Promise<void> {
    const { db, dispatcher, upkeep } = this.#life
    this.#isDown = true
    dispatcher.stop()
    void upkeep.stop()
    this.#carrier = null
    const found = db.crash(kept)
    await this.advance(downMs)
    if (setClockMs !== 0) this.#clock = createManualClock(this.#clock.now() + setClockMs)
    this.#life = await begin(this, found)
    this.#isDown = false
  }
}
