/** Follows one participant through its histories, life after life, and hands on what only all participants together can tell. */
import type { Handed, ParticipantLine, Plan } from '../records.ts'
import { Deliveries, type EntryFacts } from './deliveries.ts'
import type { Findings } from './findings.ts'
import { type EventFacts, type OrderBook, orderKey } from './order-book.ts'
import { Wire } from './wire.ts'

/** An answer within half the acknowledgement time is surely in time. */
const SURE_SHARE = 0.5

/** What a process life has published and handled. */
interface LifeFacts {
  readonly sent: Map<number, { facts: EventFacts; key: string }>
  lastConfirmed: number
  readonly handled: Set<string>
  /** Of each connection, when it began to connect. */
  readonly begun: Map<number, number>
  readonly wires: Map<number, Wire>
}

const newLife = (): LifeFacts => ({
  sent: new Map(),
  lastConfirmed: -1,
  handled: new Set(),
  begun: new Map(),
  wires: new Map(),
})

export interface Shared {
  readonly findings: Findings
  readonly book: OrderBook
  readonly plan: Plan
  /** Something was handed over, on a connection that was welcomed then. */
  delivered(welcomedMs: number, t: number): void
  /** The hub has confirmed something. */
  confirmed(t: number): void
}

export class ParticipantCheck {
  readonly name: string
  readonly #shared: Shared
  readonly deliveries: Deliveries
  store: string | null = null
  hears = false
  handledCount = 0
  /** Drivers whose positions it has heard. */
  readonly positions = new Set<string>()
  /** When it last began to give an order back. */
  readonly #releases = new Map<string, number>()
  #life = newLife()

  constructor(name: string, shared: Shared) {
    this.name = name
    this.#shared = shared
    this.deliveries = new Deliveries(shared.findings, name, shared.plan)
  }

  /** One life, after the ones before. */
  follow(lines: Iterable<ParticipantLine>): void {
    this.#life = newLife()
    for (const line of lines) this.#take(line)
    this.#endLife()
  }

  #take(line: ParticipantLine): void {
    switch (line[1]) {
      case 'started':
        this.store = line[3]
        this.hears = line[4]
        return
      case 'sent':
        return this.#sent(line)
      case 'confirmed':
        this.#shared.confirmed(line[0])
        return this.#confirmed(line[2], line[3], line[4] === 1)
      case 'refused':
        return this.#refused(line[3], line[4], `${line[2]}: ${line[5]}`)
      case 'connecting':
        return void this.#life.begun.set(line[2], line[0])
      case 'welcome':
        return this.#welcomed(line[0], line[2], line[4])
      case 'handed':
        for (const handed of line[3]) this.#handed(line[0], line[2], handed)
        return
      case 'handled':
        return this.#handled(line[2])
      case 'acknowledged':
      case 'rejected':
        for (const entry of line[3]) this.#answered(line[0], line[2], entry, line[1] === 'acknowledged')
        return
      case 'asked':
        return this.#life.wires.get(line[2])?.askBarrier(line[3])
      case 'answered':
        return this.#synced(line[0], line[2], line[3])
      case 'released':
        return this.#released(line[0], orderKey(line[2], line[3]))
      case 'position':
        return void this.positions.add(line[2])
      case 'trouble':
        return this.#find('broken', 'a participant goes on whatever is done to it', null, line[2])
      case 'carry':
      case 'failed':
      case 'ended':
        return
      default:
        throw new Error(`unknown line ${JSON.stringify(line satisfies never)}`)
    }
  }

  #find(
    column: Parameters<Findings['add']>[0],
    invariant: string,
    order: string | null,
    detail: string,
  ): void {
    this.#shared.findings.add(column, invariant, { participant: this.name, order, detail })
  }

  #sent([t, , n, event, store, order, orderSum, detailsSum]: Extract<
    ParticipantLine,
    readonly [number, 'sent', ...unknown[]]
  >): void {
    const key = orderKey(store, order)
    const facts = this.#shared.book.sent(t, key, event, { order: orderSum, details: detailsSum })
    this.#life.sent.set(n, { facts, key })
  }

  #confirmed(n: number, id: string, isDuplicate: boolean): void {
    const sent = this.#life.sent.get(n)
    if (sent === undefined) return this.#find('misrouted', 'nothing is confirmed that nobody sent', null, id)
    this.#life.sent.delete(n)
    this.#life.lastConfirmed = Math.max(this.#life.lastConfirmed, n)
    this.#shared.book.confirmed(sent.facts, { by: this.name, key: sent.key, id, isDuplicate })
  }

  /** A driver may be too late; what a till sends is always acceptable. */
  #refused(store: string, order: string, detail: string): void {
    if (this.store !== null)
      this.#find('lost', 'an acceptable event is not refused for good', orderKey(store, order), detail)
  }

  #welcomed(t: number, c: number, window: number): void {
    const begunMs = this.#life.begun.get(c) ?? Number.NEGATIVE_INFINITY
    this.#life.wires.set(c, new Wire({ begunMs, welcomedMs: t, window }))
  }

  #isConcerned([, , , , event, store]: Handed): boolean {
    return this.store === null ? event === 'pickup' : event !== 'pickup' && store === this.store
  }

  #handed(t: number, c: number, handed: Handed): void {
    const [entry, , , , event, store, order] = handed
    const key = orderKey(store, order)
    if (!this.hears || !this.#isConcerned(handed))
      this.#find('misrouted', 'an event reaches whom it concerns and nobody else', key, event)
    this.#shared.book.handed(t, this.name, handed)
    const { facts, isNew } = this.deliveries.handed(t, handed)
    const wire = this.#life.wires.get(c)
    if (wire === undefined)
      return this.#find('misrouted', 'nothing is handed over before the welcome', key, entry)
    this.#shared.delivered(wire.welcomedMs, t)
    if (isNew && event === 'pickup')
      this.#shared.book.order(key).offers.push({ driver: this.name, entry, begunMs: wire.begunMs })
    this.#judgeWindow(wire, wire.handed(entry), facts)
  }

  #judgeWindow({ window }: Wire, inFlight: number, { order }: EntryFacts): void {
    if (inFlight > window)
      this.#find('overfull', 'never more in flight than the window', order, `${inFlight} of ${window}`)
  }

  #handled(entry: string): void {
    this.handledCount += 1
    const facts = this.deliveries.entry(entry)
    if (facts === undefined)
      return this.#find('misrouted', 'nothing is handled that was not handed over', null, entry)
    if (this.#life.handled.has(entry))
      this.#find('duplicated', 'a handler succeeds once a process life', facts.order, facts.event)
    this.#life.handled.add(entry)
    facts.isHandled = true
  }

  #answered(t: number, c: number, entry: string, isAcknowledgement: boolean): void {
    const facts = this.deliveries.entry(entry)
    if (facts === undefined)
      return this.#find('misrouted', 'nothing is answered that was not handed over', null, entry)
    if (isAcknowledgement && !facts.isHandled)
      this.#find('lost', 'an event is acknowledged after its handler, not before', facts.order, facts.event)
    facts.isAcknowledged ||= isAcknowledgement
    if (!isAcknowledgement) this.#rejected(facts)
    const isInTime = t - facts.handedMs < this.#shared.plan.ackTimeoutMs * SURE_SHARE
    this.#life.wires.get(c)?.answered(facts, { isAcknowledgement, isInTime })
  }

  #rejected(facts: EntryFacts): void {
    facts.rejections += 1
    if (facts.event === 'pickup') this.#shared.book.order(facts.order).rejections += 1
  }

  #synced(t: number, c: number, k: number): void {
    for (const { facts, isAcknowledgement, isInTime } of this.#life.wires.get(c)?.barrierAnswered(k) ?? []) {
      if (!isInTime) continue
      if (!isAcknowledgement) facts.settledRejections += 1
      else if (!facts.isSettled) this.#settled(t, facts)
    }
  }

  #settled(t: number, facts: EntryFacts): void {
    facts.isSettled = true
    if (facts.event !== 'pickup') return
    const releasedMs = this.#releases.get(facts.order) ?? null
    // That may have been before it was known that the acknowledgement is synced.
    const isReleased = releasedMs !== null && releasedMs > facts.handedMs
    this.#shared.book.order(facts.order).claims.push({
      driver: this.name,
      entry: facts.entry,
      settledMs: t,
      releasedMs: isReleased ? releasedMs : null,
    })
  }

  #released(t: number, key: string): void {
    this.#releases.set(key, t)
    for (const claim of this.#shared.book.order(key).claims)
      if (claim.driver === this.name && claim.releasedMs === null) claim.releasedMs = t
  }

  /** The outbox stores in order: what was given to it before something that was confirmed is on disk. */
  #endLife(): void {
    const { sent, lastConfirmed } = this.#life
    for (const [n, { facts }] of sent) if (n < lastConfirmed) facts.isStored = true
  }
}
