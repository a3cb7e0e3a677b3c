/**
 * All that the participants' histories say about the orders, gathered over all of them: who sent what and what was confirmed, what was handed to whom, who held a pickup from when to when.
 * Judged at the end, when everything is known.
 */
import type { EventName, Handed } from '../records.ts'
import type { Findings } from './findings.ts'

/** In the order in which they happen. */
export const LIFECYCLE: readonly EventName[] = ['pickup', 'in-transit', 'delivered']

export const orderKey = (store: string, order: string): string => `${store}/${order}`
export const storeOf = (key: string): string => key.slice(0, key.indexOf('/'))

interface Sums {
  readonly order: string
  readonly details: string
}

const isSame = (one: Sums, other: Sums): boolean => one.order === other.order && one.details === other.details

export class EventFacts {
  sentMs: number | null = null
  /** Of the content: the order's own fields, and the event's details. */
  sentSums: Sums | null = null
  handedSums: Sums | null = null
  /** From receipts and handovers: the same everywhere. */
  id: string | null = null
  /** Whom the hub has confirmed it to. */
  confirmedTo: string | null = null
  /** Receipts that did not call it a repeat. */
  firstReceipts = 0
  /** Certainly in its sender's outbox when its process was killed. */
  isStored = false
  handedMs: number | null = null
}

/** A driver that was handed a pickup, over a connection that it began to make then. */
export interface Offer {
  readonly driver: string
  readonly entry: string
  readonly begunMs: number
}

/** A pickup whose acknowledgement is known to be synced since then; until its driver began to give it back. */
export interface Claim {
  readonly driver: string
  readonly entry: string
  readonly settledMs: number
  releasedMs: number | null
}

export class OrderFacts {
  readonly events: Partial<Record<EventName, EventFacts>> = {}
  readonly offers: Offer[] = []
  readonly claims: Claim[] = []
  /** Of its pickup, by all drivers. */
  rejections = 0
  greatestAttempt = 0

  event(name: EventName): EventFacts {
    this.events[name] ??= new EventFacts()
    return this.events[name]
  }
}

export class OrderBook {
  readonly #findings: Findings
  readonly orders = new Map<string, OrderFacts>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  order(key: string): OrderFacts {
    let order = this.orders.get(key)
    if (order === undefined) {
      order = new OrderFacts()
      this.orders.set(key, order)
    }
    return order
  }

  sent(t: number, key: string, event: EventName, sums: Sums): EventFacts {
    const facts = this.order(key).event(event)
    facts.sentMs = Math.min(facts.sentMs ?? t, t)
    facts.sentSums = sums
    return facts
  }

  confirmed(facts: EventFacts, receipt: { by: string; key: string; id: string; isDuplicate: boolean }): void {
    const { by, key, id, isDuplicate } = receipt
    this.#sameId(facts, id, by, key)
    if (!isDuplicate) facts.firstReceipts += 1
    if (facts.firstReceipts > 1)
      this.#findings.add('duplicated', 'one identity is one event: it is accepted as new once', {
        participant: by,
        order: key,
        detail: `event ${id}`,
      })
    if (facts.confirmedTo !== null && facts.confirmedTo !== by)
      this.#findings.add('doubleClaimed', 'one driver has in-transit and delivered accepted', {
        participant: by,
        order: key,
        detail: `also ${facts.confirmedTo}`,
      })
    facts.confirmedTo = by
  }

  handed(t: number, to: string, handed: Handed): void {
    const [, attempt, , id, event, store, orderId, orderSum, detailsSum] = handed
    const key = orderKey(store, orderId)
    const order = this.order(key)
    const facts = order.event(event)
    const sums = { order: orderSum, details: detailsSum }
    this.#sameId(facts, id, to, key)
    facts.handedMs = Math.min(facts.handedMs ?? t, t)
    facts.handedSums ??= sums
    if (!isSame(facts.handedSums, sums)) this.#changed(key, event, to)
    if (event === 'pickup') order.greatestAttempt = Math.max(order.greatestAttempt, attempt)
  }

  #sameId(facts: EventFacts, id: string, participant: string, key: string): void {
    facts.id ??= id
    if (facts.id !== id)
      this.#findings.add('duplicated', 'one identity is one event: it has one id', {
        participant,
        order: key,
        detail: `${facts.id} and ${id}`,
      })
  }

  #changed(key: string, event: EventName, participant: string | null): void {
    this.#findings.add('misrouted', 'an event is handed over as it was sent', {
      participant,
      order: key,
      detail: event,
    })
  }

  /** To be called when all histories are read. */
  judge(): void {
    for (const [key, order] of this.orders) {
      for (const event of LIFECYCLE) this.#judgeEvent(key, event, order)
      this.#judgeClaims(key, order)
      if (order.greatestAttempt > order.rejections + 1)
        this.#findings.add('miscounted', 'only rejections and timeouts count as attempts', {
          order: key,
          detail: `pickup handed over as attempt ${order.greatestAttempt} after ${order.rejections} rejections`,
        })
    }
  }

  #judgeEvent(key: string, event: EventName, { events }: OrderFacts): void {
    const facts = events[event]
    if (facts?.handedSums == null) return
    if (facts.sentMs === null || facts.sentMs > facts.handedMs!)
      return this.#findings.add('misrouted', 'nothing appears that nobody sent', {
        order: key,
        detail: event,
      })
    // Progress carries the order's fields from its pickup, and details of its own.
    const order = events.pickup?.sentSums?.order ?? ''
    const expected = { order, details: facts.sentSums!.details }
    if (!isSame(expected, facts.handedSums)) this.#changed(key, event, null)
  }

  /** A connection that began after somebody's claim was synced cannot bring the pickup to anybody as a leftover of an older lease. */
  #judgeClaims(key: string, { claims, offers }: OrderFacts): void {
    for (const { driver, entry, settledMs, releasedMs } of claims)
      for (const offer of offers) {
        const isLater = offer.begunMs > settledMs && offer.begunMs < (releasedMs ?? Infinity)
        if (isLater && offer.entry !== entry)
          this.#findings.add('doubleClaimed', 'a pickup has one holder at a time', {
            participant: offer.driver,
            order: key,
            detail: `handed over while ${driver} has it, which acknowledged it before`,
          })
      }
  }
}
