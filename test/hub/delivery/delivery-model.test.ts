/**
 * The whole of delivery under random events, crashes of the hub included, held against what it promises (P2 to P5). What happens is noted where it happens; what is owed is read
 * from the ledger when everything has come to rest.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import { type Entry, orderKeyOf, type Place } from '../../../hub/domain/entry.ts'
import { ERASED } from '../../../hub/domain/erasure.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import type { Sender } from '../../../hub/domain/order.ts'
import { holderOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { owedTo } from '../../../hub/domain/participant.ts'
import { driverId, FLEET, type OrderKey, type ParticipantId } from '../../../shared/ids.ts'
import { EVENT_NAMES, type Receipt } from '../../../shared/protocol.ts'
import { orphans } from '../../support/accounts.ts'
import { commitNow, turning } from '../../support/ledger.ts'
import { driver, order, vendor } from '../../support/orders.ts'
import { type Handed, type Peer, World } from '../../support/world.ts'

const OPTIONS = {
  ackTimeoutMs: 10_000,
  deliveryLimit: 4,
  retryDelayMs: 1000,
  longestRetryDelayMs: 4000,
  retryBound: 4,
  windowBytes: 1000,
  driverGraceMs: 5000,
  assignmentMs: 60_000,
} as const
const WINDOW = 2
const CAPACITY = 2
const ORDER_IDS = ['A', 'B', 'C', 'D', 'E', 'F']
const VENDORS = [vendor('acme', 'main'), vendor('acme', 'till'), vendor('bakery', 'main')]
const DRIVERS = [driver('ann'), driver('bob'), driver('cid')]
const PAUSES_MS = [250, 1000, 5000, 11_000, 61_000]

type Event = (typeof EVENT_NAMES)[number]
interface Flight {
  readonly handed: Handed
  readonly atMs: number
}

/** One participant, over all its connections. */
class Actor {
  readonly sender: Sender
  readonly id: ParticipantId
  peer: Peer | null = null
  /** Connections that are over. */
  readonly former: Peer[] = []
  /** Every handover, newest last. */
  readonly handed: Handed[] = []
  readonly acknowledged = new Set<string>()
  /** Handed on this connection and not answered. */
  inFlight = new Map<string, Flight>()
  /** Names of events that it was handed, by order. */
  readonly seen = new Map<OrderKey, Event[]>()

  constructor(sender: Sender) {
    this.sender = sender
    this.id = sender.participant
  }
}

class Model {
  readonly world: World
  readonly actors = [...VENDORS, ...DRIVERS].map((sender) => new Actor(sender))
  readonly vendors = this.actors.slice(0, VENDORS.length)
  readonly drivers = this.actors.slice(VENDORS.length)
  /** Events that were confirmed, and by whom they were sent. */
  readonly confirmed = new Map<string, ParticipantId>()
  /** Entries that had to be dead letters when something behind them left. */
  readonly buried: { actor: Actor; token: string }[] = []
  readonly faults: string[] = []
  /** Orders of which it was answered that they are erased. */
  readonly erased = new Set<OrderKey>()
  isHeld = false

  constructor(world: World) {
    this.world = world
    world.watch = (peer, handed) => this.#handed(peer, handed)
  }

  static async open(): Promise<Model> {
    const model = new Model(await World.open(OPTIONS))
    for (const actor of model.actors) model.connect(actor)
    await model.world.settle()
    return model
  }

  connect(actor: Actor): void {
    this.#part(actor)
    actor.inFlight = new Map()
    actor.peer = this.world.connect(actor.sender, { window: WINDOW, capacity: CAPACITY })
  }

  disconnect(actor: Actor): void {
    actor.peer?.disconnect()
    this.#part(actor)
  }

  #part(actor: Actor): void {
    if (actor.peer !== null) actor.former.push(actor.peer)
    actor.peer = null
  }

  /** Somebody answers who may not: a connection that is over, or one of another participant. */
  meddle(actor: Actor, pick: number): void {
    const handed = actor.handed.at(-1 - (pick % 3))
    const stranger = this.actors[pick % this.actors.length]!
    const peer = pick % 2 === 0 ? actor.former.at(-1) : stranger === actor ? null : stranger.peer
    if (handed !== undefined) peer?.acknowledgeTokens(handed.token)
  }

  #handed(peer: Peer, handed: Handed): void {
    const actor = this.actors.find(({ id }) => id === peer.sender.participant)!
    const { payload } = handed.entry
    if (peer !== actor.peer) this.faults.push(`${actor.id} got ${handed.name} on a connection that is over`)
    if (actor.sender.role === 'vendor' && payload.store !== actor.sender.store)
      this.faults.push(`${actor.id} got ${handed.name} of ${payload.store}`)
    if (this.#isUnerased(handed.entry))
      this.faults.push(`${actor.id} got ${handed.name}, which is erased, whole`)
    actor.handed.push(handed)
    actor.inFlight.set(handed.token, { handed, atMs: this.world.clock.now() })
    if (actor.sender.role === 'vendor') this.#checkTurn(actor, handed)
  }

  #isUnerased(entry: Pick<Entry, 'payload'>): boolean {
    return this.erased.has(orderKeyOf(entry)) && entry.payload.customer !== ERASED
  }

  #checkTurn(actor: Actor, { name, token, entry }: Handed): void {
    const key = orderKeyOf(entry)
    if (actor.acknowledged.has(`durably ${token}`))
      this.faults.push(`${actor.id} got ${name} after its acknowledgement`)
    const seen = actor.seen.get(key) ?? []
    const last = seen.at(-1)
    if (last !== undefined && EVENT_NAMES.indexOf(last) > EVENT_NAMES.indexOf(entry.event))
      this.faults.push(`${actor.id} got ${name} after ${last}`)
    actor.seen.set(key, [...seen, entry.event])
    for (const other of actor.handed)
      if (orderKeyOf(other.entry) === key && other.token !== token && !actor.acknowledged.has(other.token))
        this.buried.push({ actor, token: other.token })
    const deadlineMs = this.world.clock.now() - OPTIONS.ackTimeoutMs
    const flying = [...actor.inFlight.values()].filter(({ atMs }) => atMs > deadlineMs)
    if (flying.length > WINDOW) this.faults.push(`${actor.id} has ${flying.length} entries in flight`)
  }

  answer(actor: Actor, pick: number, kind: 'acknowledge' | 'reject'): void {
    // Old handovers too: what is answered late, twice, or on another connection than it came.
    const recent = actor.handed.slice(-6)
    const handed = recent[pick % recent.length]
    if (handed === undefined || actor.peer === null) return
    if (kind === 'reject') actor.peer.rejectTokens(handed.token)
    else this.#acknowledge(actor, handed.token)
    actor.inFlight.delete(handed.token)
  }

  #acknowledge(actor: Actor, token: string): void {
    actor.acknowledged.add(token)
    actor.inFlight.delete(token)
    actor.peer?.acknowledgeTokens(token)
  }

  publish(sender: Sender, event: Event, { store, orderId }: { store: string; orderId: string }): void {
    const payload = event === 'pickup' ? order(orderId, { store }) : { store, orderId }
    this.world.orders.add(`${store}/${orderId}` as OrderKey)
    const { intake } = this.world
    intake
      .open(sender)
      .publishOne(event, payload, (receipt) => this.#receipt(sender, `${event} ${store}/${orderId}`, receipt))
  }

  #receipt(sender: Sender, name: string, receipt: Receipt): void {
    if (!receipt.ok) return
    const before = this.confirmed.get(name)
    if (before !== undefined && before !== sender.participant && !name.startsWith('pickup'))
      this.faults.push(`${name} was accepted from ${before} and from ${sender.participant}`)
    this.confirmed.set(name, sender.participant)
  }

  /** A driver reports about an order that it was offered at some time, whoever holds it now. */
  report(actor: Actor, pick: number, event: 'in-transit' | 'delivered'): void {
    const handed = actor.handed[pick % Math.max(1, actor.handed.length)]
    if (handed !== undefined) this.publish(actor.sender, event, handed.entry.payload)
  }

  release(actor: Actor, pick: number): void {
    const handed = actor.handed[pick % Math.max(1, actor.handed.length)]
    if (handed !== undefined) actor.peer?.release(handed.entry.payload.orderId, handed.entry.payload.store)
  }

  /** Goes on while other things happen; a crash may leave it without an answer. */
  erase(key: OrderKey): void {
    void this.world.upkeep.eraser.erase(key).then((isDone) => isDone && this.erased.add(key))
  }

  async restart(kept: number): Promise<void> {
    for (const actor of this.actors) this.#part(actor)
    this.isHeld = false
    await this.world.restart({ kept, downMs: 1000 })
  }

  async #entriesIn(id: ParticipantId, places: readonly Place[]): Promise<Entry[]> {
    const range = { after: 0, upTo: Number.MAX_SAFE_INTEGER - 1, limit: 1000 }
    const found = await turning(
      this.world.clock,
      Promise.all(places.map((place) => this.world.ledger.reads.closedEntries(place, id, range))),
    )
    return found.flat()
  }

  async #tokensIn(id: ParticipantId, places: readonly Place[]): Promise<Set<string>> {
    return new Set((await this.#entriesIn(id, places)).map(({ position }) => position.toString(36)))
  }

  async #checkErased(): Promise<void> {
    for (const id of [FLEET, ...this.vendors.map((actor) => actor.id)])
      for (const entry of await this.#entriesIn(id, ['queue', 'retry', 'dead']))
        if (this.#isUnerased(entry)) this.faults.push(`${id} has ${entry.event}, which is erased, whole`)
    for (const {
      key,
      order: { customer },
    } of await this.records())
      if (this.erased.has(key) && customer !== ERASED) this.faults.push(`${key} was erased and is whole`)
  }

  /** Everything has come to rest: what is written down must be true. */
  async check(): Promise<void> {
    if (this.isHeld) return
    await this.world.settle()
    this.faults.push(...(await orphans(this.world)))
    for (const actor of this.vendors) {
      const owed = await this.#tokensIn(actor.id, ['queue', 'retry'])
      const dead = await this.#tokensIn(actor.id, ['dead'])
      for (const { token, name } of actor.handed) {
        if (owed.has(token)) continue
        if (!dead.has(token) && !actor.acknowledged.has(token))
          this.faults.push(`${actor.id} has lost ${name} without an acknowledgement`)
        actor.acknowledged.add(`durably ${token}`)
      }
      for (const { token } of this.buried.splice(0).filter((one) => one.actor === actor))
        if (!dead.has(token) && !actor.acknowledged.has(token))
          this.faults.push(`something left behind ${token}, which ${actor.id} was owed`)
    }
    await this.#checkHolders()
    await this.#checkErased()
    expect(this.faults.join('\n')).to.equal('')
  }

  async records(): Promise<OrderRecord[]> {
    const keys = [...this.world.orders]
    return commitNow(this.world, {
      orders: keys,
      decide: (transaction) => keys.flatMap((key) => transaction.order(key) ?? []),
    })
  }

  async #checkHolders(): Promise<void> {
    const holding = new Map<string, number>()
    const late = new Map<string, number>()
    for (const record of await this.records()) {
      const claimant = lateClaimant(record, this.faults)
      if (claimant !== null) late.set(claimant, (late.get(claimant) ?? 0) + 1)
      const holder = holderOf(record)
      if (holder !== null) holding.set(driverId(holder), (holding.get(driverId(holder)) ?? 0) + 1)
    }
    for (const [holder, count] of holding)
      if (count > CAPACITY + (late.get(holder) ?? 0)) this.faults.push(`${holder} holds ${count} orders`)
  }

  /** Everybody is there and does what it should, until nothing is owed to anybody. */
  async drain(): Promise<void> {
    this.world.db.release()
    this.isHeld = false
    for (const actor of this.actors) this.connect(actor)
    for (let round = 0; round < 200 && !(await this.#isDrained()); round += 1) {
      await this.world.advance(1000)
      for (const actor of this.vendors)
        for (const token of [...actor.inFlight.keys()]) this.#acknowledge(actor, token)
      for (const actor of this.drivers) this.#carryOn(actor)
      await this.world.settle()
    }
  }

  #carryOn(actor: Actor): void {
    const orders = new Map(actor.handed.map(({ entry }) => [orderKeyOf(entry), entry.payload]))
    for (const event of ['in-transit', 'delivered'] as const)
      for (const payload of orders.values()) this.publish(actor.sender, event, payload)
  }

  async #isDrained(): Promise<boolean> {
    await this.world.settle()
    const owed = await Promise.all(
      [FLEET, ...this.vendors.map(({ id }) => id)].map((id) => this.world.row(id)),
    )
    const records = await this.records()
    const isOver = ({ state, dispatch }: OrderRecord) => state === 'delivered' || dispatch.place === 'dead'
    return owed.every((row) => row !== undefined && owedTo(row) === 0) && records.every(isOver)
  }

  /** What was confirmed has been handed to everybody concerned, or is a dead letter. */
  async checkComplete(): Promise<void> {
    expect(await this.#isDrained(), 'drained').to.equal(true)
    const records = new Map(
      (await this.records()).map((record) => [`${record.order.store}/${record.order.orderId}`, record]),
    )
    for (const name of this.confirmed.keys()) {
      const [event, key] = name.split(' ') as [Event, string]
      expect(
        records.get(key)?.events.find((one) => one.event === event),
        `${name} was confirmed and is not there`,
      ).not.to.equal(undefined)
      if (event === 'pickup') continue
      for (const { id, sender, seen } of this.vendors)
        if (sender.role === 'vendor' && key.startsWith(`${sender.store}/`))
          expect(seen.get(key as OrderKey), `${id} missed ${name}`).to.include(event)
    }
  }
}

const RETURNS: readonly string[] = [
  'rejected',
  'not-acknowledged',
  'driver-away',
  'assignment-expired',
  'released',
]

/** Reads who held an order when from its history: one driver at a time. Gives the driver that took it without holding it, as a late report does. */
const lateClaimant = ({ order: { orderId }, history }: OrderRecord, faults: string[]): string | null => {
  let holder: string | null = null
  let claimant: string | null = null
  for (const { what, participant = null } of itemsOf(history)) {
    if (RETURNS.includes(what) && participant?.startsWith('driver/')) holder = null
    if (what !== 'leased' && what !== 'assigned' && what !== 'in-transit') continue
    const isFree = holder === null || (what !== 'leased' && holder === participant)
    if (!isFree) faults.push(`${orderId} was ${what} to ${participant} while ${holder} held it`)
    if (what === 'in-transit' && holder === null) claimant = participant
    holder = participant
  }
  return claimant
}

const kinds = [
  ...Array<'pickup'>(4).fill('pickup'),
  ...Array<'acknowledge'>(5).fill('acknowledge'),
  ...Array<'in-transit'>(6).fill('in-transit'),
  ...Array<'delivered'>(3).fill('delivered'),
  ...Array<'reject'>(2).fill('reject'),
  ...Array<'pass'>(3).fill('pass'),
  ...Array<'turn'>(3).fill('turn'),
  ...Array<'settle'>(3).fill('settle'),
  'release order',
  ...Array<'meddle'>(3).fill('meddle'),
  'connect',
  'disconnect',
  'hold',
  'let go',
  'restart',
  ...Array<'erase'>(2).fill('erase'),
] as const

const step = fc.record({ kind: fc.constantFrom(...kinds), who: fc.nat(20), pick: fc.nat(20) })
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const run = async (model: Model, { kind, who, pick }: Step): Promise<void> => {
  const { world } = model
  const actor = model.actors[who % model.actors.length]!
  const carrier = model.drivers[who % model.drivers.length]!
  switch (kind) {
    case 'pickup': {
      const store = pick % 3 === 0 ? 'bakery' : 'acme'
      return model.publish(vendor(store), 'pickup', { store, orderId: ORDER_IDS[who % ORDER_IDS.length]! })
    }
    case 'acknowledge':
    case 'reject':
      return model.answer(actor, pick, kind)
    case 'in-transit':
    case 'delivered':
      return model.report(carrier, pick, kind)
    case 'release order':
      return model.release(carrier, pick)
    case 'meddle':
      return model.meddle(actor, pick)
    case 'connect':
      return model.connect(actor)
    case 'disconnect':
      return model.disconnect(actor)
    case 'pass':
      return world.advance(PAUSES_MS[pick % PAUSES_MS.length]!)
    case 'turn':
      return world.clock.turn()
    case 'settle':
      return world.settle()
    case 'hold':
      model.isHeld = true
      return world.db.hold()
    case 'let go':
      model.isHeld = false
      return world.db.release()
    case 'erase': {
      const [...known] = world.orders
      return known.length === 0 ? undefined : model.erase(known[pick % known.length]!)
    }
    case 'restart':
      return model.restart(pick)
    default:
      return kind satisfies never
  }
}

const RUNS = 200

describe('delivery, against a model', () => {
  it('[DL2][DL3][DL4][DL12][FL2][FL3][LG8][PV3] keeps what it promises whatever happens, and drains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
        const model = await Model.open()
        for (const [index, one] of steps.entries()) {
          await run(model, one)
          if (index % 5 === 0) await model.check()
        }
        model.world.db.release()
        model.isHeld = false
        await model.check()
        await model.drain()
        await model.check()
        await model.checkComplete()
      }),
      { numRuns: RUNS },
    )
  }).timeout(60_000)
})
