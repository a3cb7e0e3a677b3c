/**
 * Judges what the hub itself tells about each order in the end: its history must be one that the promises allow, and must agree with what the participants have seen. The hub's own
 * words are the only witness of how leases followed each other, and of what became a dead letter.
 */
import type { AuditLine, EventName, Happened, Plan } from '../records.ts'
import type { BadColumn, Findings } from './findings.ts'
import { LIFECYCLE, type OrderBook, type OrderFacts, orderKey, storeOf } from './order-book.ts'
import type { ParticipantCheck } from './participant.ts'

const RETURNS = ['rejected', 'not-acknowledged', 'driver-away', 'assignment-expired', 'released']
const FAILURES = ['rejected', 'not-acknowledged']

export interface AuditParts {
  readonly findings: Findings
  readonly book: OrderBook
  readonly plan: Plan
  readonly participants: readonly ParticipantCheck[]
  /** The event of an order that always fails, if there is one. */
  poisonOf(order: string): string | null
  readonly isDrained: boolean
}

interface Tracked {
  readonly key: string
  readonly store: string
  readonly poison: string | null
  readonly state: string | null
  readonly history: readonly Happened[]
  readonly facts: OrderFacts
}

export class LedgerAudit {
  readonly #parts: AuditParts
  readonly #seen = new Set<string>()
  /** By store: who has a queue for its reports. */
  readonly #hearing = new Map<string | null, readonly ParticipantCheck[]>()
  /** Store and driver of every lease in the ledger, whether or not the driver lived to see it. */
  readonly #served = new Set<string>()
  dead = 0

  constructor(parts: AuditParts) {
    this.#parts = parts
    for (const participant of parts.participants.filter(({ hears }) => hears))
      this.#hearing.set(participant.store, [...(this.#hearing.get(participant.store) ?? []), participant])
  }

  #find(column: BadColumn, invariant: string, order: string, detail: string, participant?: string): void {
    this.#parts.findings.add(column, invariant, { order, detail, participant: participant ?? null })
  }

  judge([, , store, order, state, , history]: AuditLine): void {
    const key = orderKey(store, order)
    this.#seen.add(key)
    const facts = this.#parts.book.orders.get(key)
    if (facts?.events.pickup === undefined) {
      if (state !== null) this.#find('misrouted', 'nothing appears that nobody sent', key, `it is ${state}`)
      return
    }
    const tracked = { key, store, state, history, facts, poison: this.#parts.poisonOf(order) }
    if (state === null) return this.#missing(tracked)
    this.#judgeEvents(tracked)
    this.#judgeHolders(tracked)
    this.#judgeEnd(tracked)
    this.#judgeDeadLetters(tracked)
    for (const till of this.#hearing.get(store) ?? []) this.#judgeTill(tracked, till)
  }

  /** To be called when every order was told. */
  end(): void {
    for (const [key, { events }] of this.#parts.book.orders)
      if (events.pickup?.sentMs != null && !this.#seen.has(key))
        this.#find(
          'undelivered',
          'every order is accounted for in the end',
          key,
          'nobody asked the hub for it',
        )
    this.#judgePositions()
  }

  /** A position is heard by stores whose orders the driver has, so of a driver that was never leased one of theirs nothing is heard. */
  #judgePositions(): void {
    for (const { name, store, positions } of this.#parts.participants)
      for (const driver of positions)
        if (!this.#served.has(`${store} driver/${driver}`))
          this.#parts.findings.add('misrouted', "a store hears its own drivers' positions alone", {
            participant: name,
            detail: driver,
          })
  }

  #missing({ key, facts }: Tracked): void {
    const { confirmedTo, isStored, sentMs } = facts.events.pickup!
    if (confirmedTo !== null)
      this.#find('lost', 'a confirmed event is kept', key, 'the hub does not know the order')
    else if (isStored)
      this.#find('lost', 'what the outbox has stored reaches the hub', key, 'the hub does not know it')
    else if (sentMs !== null)
      this.#find('undelivered', 'what is sent reaches the hub', key, 'the hub does not know it')
  }

  /** Each event once; those that were confirmed are there. */
  #judgeEvents({ key, facts, history }: Tracked): void {
    for (const event of LIFECYCLE) {
      const times = history.filter(([what]) => what === event).length
      if (times > 1) this.#find('duplicated', 'one identity is one event', key, `${times} times ${event}`)
      const told = facts.events[event]
      if (times === 0 && told?.confirmedTo != null)
        this.#find('lost', 'a confirmed event is kept', key, event)
      if (times === 0 && told?.handedMs != null)
        this.#find('lost', 'what was handed over is in the ledger', key, event)
      if (times > 0 && told?.sentMs == null)
        this.#find('misrouted', 'nothing appears that nobody sent', key, event)
    }
  }

  /** A pickup has one holder at a time, and only its holder carries it; a late report counts while nobody has it. */
  #judgeHolders({ key, facts, history }: Tracked): void {
    let holder: string | null = null
    const leases = new Map<string, number>()
    const claimed = (participant: string | null, what: string) =>
      this.#find(
        'doubleClaimed',
        'a pickup has one holder at a time',
        key,
        `${what} ${participant}, held by ${holder}`,
      )
    for (const [what, participant, event] of history) {
      const isPickup = event === null || event === 'pickup'
      if (what === 'leased') {
        if (holder !== null) claimed(participant, what)
        holder = participant
        this.#served.add(`${storeOf(key)} ${participant}`)
        leases.set(participant!, (leases.get(participant!) ?? 0) + 1)
      } else if (what === 'in-transit' && holder === null && leases.has(participant!)) {
        holder = participant
      } else if (what === 'assigned' || what === 'in-transit' || what === 'delivered') {
        if (holder !== participant) claimed(participant, what)
      } else if (RETURNS.includes(what) && isPickup) {
        if (holder !== participant) claimed(participant, what)
        holder = null
      }
    }
    this.#judgeOffers(key, facts, leases)
  }

  /** Every lease that a driver has seen was in the ledger before. */
  #judgeOffers(key: string, { offers }: OrderFacts, leases: ReadonlyMap<string, number>): void {
    const seen = new Map<string, number>()
    for (const { driver } of offers) seen.set(driver, (seen.get(driver) ?? 0) + 1)
    for (const [driver, times] of seen)
      if (times > (leases.get(driver) ?? 0))
        this.#find(
          'doubleClaimed',
          'a lease is in the ledger before the pickup leaves',
          key,
          `${times} leases seen, ${leases.get(driver) ?? 0} in the ledger`,
          driver,
        )
  }

  #judgeEnd({ key, state, poison }: Tracked): void {
    const expected = poison === 'pickup' ? 'waiting' : 'delivered'
    if (state !== expected)
      this.#find('undelivered', `every order is ${expected} in the end`, key, `it is ${state}`)
  }

  /** Exactly what is poison, once for each who hears it, and only at the limit. */
  #judgeDeadLetters({ key, store, poison, history }: Tracked): void {
    const dead = history.filter(([what]) => what === 'dead-letter')
    this.dead += dead.length
    const hearing = poison === 'pickup' ? [null] : (this.#hearing.get(store) ?? []).map(({ name }) => name)
    const expected = poison === null ? [] : hearing.map((name) => `${poison} of ${name}`)
    const found = dead.map(
      ([, participant, event]) => `${event} of ${event === 'pickup' ? null : participant}`,
    )
    if (found.toSorted().join() !== expected.toSorted().join())
      this.#find(
        'miscounted',
        'what is poison becomes a dead letter once, and nothing else does',
        key,
        `expected ${expected.join(', ') || 'none'}, found ${found.join(', ') || 'none'}`,
      )
    for (const letter of dead) this.#judgeLimit(key, history, letter)
  }

  #judgeLimit(key: string, history: readonly Happened[], letter: Happened): void {
    const [, participant, event] = letter
    const { deliveryLimit } = this.#parts.plan
    const failures = history
      .slice(0, history.indexOf(letter))
      .filter(
        ([what, who, of]) =>
          FAILURES.includes(what) && of === event && (event === 'pickup' || who === participant),
      )
    if (failures.length !== deliveryLimit)
      this.#find(
        'miscounted',
        'a dead letter has failed as often as the limit says',
        key,
        `${event}: ${failures.length} of ${deliveryLimit}`,
      )
  }

  /** Each report is acknowledged by a till once, in order, and its handler has succeeded. */
  #judgeTill({ key, poison, history }: Tracked, { name, deliveries }: ParticipantCheck): void {
    const acknowledged = history.filter(([what, who]) => what === 'acknowledged' && who === name)
    const events = acknowledged.map(([, , event]) => event as EventName)
    for (const event of ['in-transit', 'delivered'] as const) {
      const isThere = history.some(([what]) => what === event)
      const times = events.filter((other) => other === event).length
      const isPoison = poison === event
      if (times > 1)
        this.#find('duplicated', 'an entry is acknowledged once', key, `${times} times ${event}`, name)
      if (isThere && !isPoison && deliveries.isHandled(key, event) && times === 0)
        this.#owed('an acknowledgement is in the ledger in the end', key, event, name)
      if (isThere && !isPoison && !deliveries.isHandled(key, event))
        this.#owed('a confirmed event reaches every participant concerned', key, event, name)
    }
    if (events.indexOf('delivered') === 0 && events.includes('in-transit'))
      this.#find('reordered', 'one entry of an order at a time', key, 'acknowledged in another order', name)
  }

  /** A hub that still owes it has only been slow. */
  #owed(invariant: string, key: string, event: string, participant: string): void {
    this.#find(this.#parts.isDrained ? 'lost' : 'undelivered', invariant, key, event, participant)
  }
}
