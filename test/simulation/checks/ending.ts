/** What must have come of everything when a world has drained: each confirmed event acknowledged by all whom it concerns, or found in their dead letters. */

import type { Letter } from '../../../hub/upkeep/letters.ts'
import { type OrderKey, orderKey } from '../../../shared/ids.ts'
import type { EventName, HandedEvent } from '../../../shared/protocol.ts'
import type { Observation } from '../observations.ts'
import type { Check, Report, Settings } from './check.ts'

interface Happened {
  readonly event: EventName
  readonly store: string
  readonly order: OrderKey
  /** Between these two the hub accepted it. */
  readonly sentMs: number
  readonly senders: Set<string>
  confirmedMs: number | null
}

interface Participant {
  readonly name: string
  readonly knownSinceMs: number
  isConnected: boolean
  connection: string
  /** Since when the hub may count it as away; null while it is connected, or the hub is down. */
  awaySinceMs: number | null
  /** Since when it may have expired; null while it cannot have. */
  expiredMs: number | null
  /** When it may not have been known: from expiring to its next welcome. */
  readonly unknown: { fromMs: number; toMs: number }[]
}

export interface Letters {
  readonly participant: string
  readonly letters: readonly Letter[]
}

export class Ending implements Check {
  readonly #report: Report
  readonly #settings: Settings
  readonly #happened = new Map<string, Happened>()
  readonly #participants = new Map<string, Participant>()
  /** Participant, event and order of what was acknowledged while its connection was the newest one. */
  readonly #acknowledged = new Set<string>()
  readonly #handed = new Map<string, HandedEvent>()
  readonly #gone = new Set<string>()
  /** Whether or not its driver has heard of it. */
  readonly #delivered = new Set<OrderKey>()
  /** Told when a participant may have been forgotten meanwhile. */
  readonly #mayHaveExpired: (participant: string) => void

  constructor(report: Report, settings: Settings, mayHaveExpired: (participant: string) => void) {
    this.#report = report
    this.#settings = settings
    this.#mayHaveExpired = mayHaveExpired
  }

  observe(seen: Observation, nowMs: number): void {
    switch (seen.kind) {
      case 'sent':
        return this.#sent(seen, nowMs)
      case 'confirmed':
        return this.#confirmed(seen, nowMs)
      case 'welcomed':
        return this.#welcomed(seen, nowMs)
      case 'handed':
        return this.#noteHanded(seen)
      case 'acknowledged':
        return this.#noteAcknowledged(seen)
      case 'displaced':
      case 'ended':
        return this.#ended(seen, nowMs)
      case 'gone for good':
        this.#gone.add(seen.participant)
        return
      case 'hub gone':
        for (const participant of this.#participants.values()) {
          this.#noteExpiry(participant, nowMs)
          Object.assign(participant, { isConnected: false, awaySinceMs: null })
        }
        return
      case 'hub ready':
        for (const participant of this.#participants.values()) participant.awaySinceMs = nowMs
    }
  }

  #sent({ event, payload, participant }: Extract<Observation, { kind: 'sent' }>, nowMs: number): void {
    const order = orderKey(payload.store, payload.orderId)
    const key = `${event} ${order}`
    const happened: Happened = this.#happened.get(key) ?? {
      event,
      store: payload.store,
      order,
      sentMs: nowMs,
      senders: new Set(),
      confirmedMs: null,
    }
    happened.senders.add(participant)
    this.#happened.set(key, happened)
  }

  #confirmed({ event, payload }: Extract<Observation, { kind: 'confirmed' }>, nowMs: number): void {
    const happened = this.#happened.get(`${event} ${orderKey(payload.store, payload.orderId)}`)
    if (happened === undefined) return
    happened.confirmedMs ??= nowMs
    if (event === 'delivered') this.#delivered.add(happened.order)
  }

  #welcomed(seen: Extract<Observation, { kind: 'welcomed' }>, nowMs: number): void {
    const { participant: name, connection } = seen
    const known = this.#participants.get(name)
    if (known === undefined)
      return void this.#participants.set(name, {
        name,
        knownSinceMs: nowMs,
        isConnected: true,
        connection,
        awaySinceMs: null,
        expiredMs: null,
        unknown: [],
      })
    this.#noteExpiry(known, nowMs)
    if (known.expiredMs !== null) {
      known.unknown.push({ fromMs: known.expiredMs, toMs: nowMs })
      this.#mayHaveExpired(name)
    }
    Object.assign(known, { isConnected: true, connection, awaySinceMs: null, expiredMs: null })
  }

  #noteExpiry(participant: Participant, nowMs: number): void {
    const expiredMs = (participant.awaySinceMs ?? nowMs) + this.#settings.sessionExpiryMs
    if (expiredMs <= nowMs) participant.expiredMs ??= expiredMs
  }

  #ended({ participant, connection }: { participant: string; connection: string }, nowMs: number): void {
    const known = this.#participants.get(participant)
    if (known?.connection === connection && known.isConnected)
      Object.assign(known, { isConnected: false, awaySinceMs: nowMs })
  }

  #noteHanded({ connection, event }: Extract<Observation, { kind: 'handed' }>): void {
    this.#handed.set(`${connection} ${event.entry}`, event)
    if (event.event === 'delivered') this.#delivered.add(orderKey(event.payload.store, event.payload.orderId))
  }

  #noteAcknowledged({
    participant,
    connection,
    entry,
  }: Extract<Observation, { kind: 'acknowledged' }>): void {
    const event = this.#handed.get(`${connection} ${entry}`)
    const known = this.#participants.get(participant)
    if (event === undefined || known?.connection !== connection || !known.isConnected) return
    const { store, orderId } = event.payload
    this.#acknowledged.add(`${participant} ${event.event} ${orderKey(store, orderId)}`)
  }

  /** All that anybody ever asked for. */
  get orders(): OrderKey[] {
    return [...this.#happened.values()].filter(({ event }) => event === 'pickup').map(({ order }) => order)
  }

  /** Orders whose pickup was confirmed and whose delivery was not, and will be. */
  get undelivered(): OrderKey[] {
    return [...this.#happened.values()]
      .filter(({ event, confirmedMs }) => event === 'pickup' && confirmedMs !== null)
      .map(({ order }) => order)
      .filter((order) => !this.#delivered.has(order) && !this.#isStranded(order))
  }

  /** In transit, perhaps, with a driver that never comes back: it stays with that driver. */
  #isStranded(order: OrderKey): boolean {
    const senders = this.#happened.get(`in-transit ${order}`)?.senders ?? []
    return [...senders].some((participant) => this.#gone.has(participant))
  }

  /** @param all the dead letters of the fleet and of every participant */
  check(all: readonly Letters[]): void {
    const dead = new Set(
      all.flatMap(({ participant, letters }) =>
        letters.map(
          ({ event, payload }) => `${participant} ${event} ${orderKey(payload.store, payload.orderId)}`,
        ),
      ),
    )
    for (const order of this.undelivered)
      if (!dead.has(`fleet pickup ${order}`))
        this.#report('confirmed is kept', `${order} is neither delivered nor among the fleet's dead letters`)
    for (const happened of this.#happened.values())
      if (happened.event !== 'pickup') this.#checkHeard(happened, dead)
    for (const one of all) this.#checkLetters(one)
  }

  #checkHeard({ event, store, order, sentMs, confirmedMs }: Happened, dead: ReadonlySet<string>): void {
    if (confirmedMs === null) return
    for (const { name, knownSinceMs, unknown } of this.#participants.values()) {
      if (!name.startsWith(`vendor/${store}/`) || knownSinceMs > sentMs) continue
      const key = `${name} ${event} ${order}`
      const mayBeUnknown = unknown.some(({ fromMs, toMs }) => sentMs <= toMs && fromMs <= confirmedMs)
      if (!this.#acknowledged.has(key) && !dead.has(key) && !mayBeUnknown)
        this.#report(
          'confirmed is kept',
          `${name} never acknowledged ${event} ${order}, and it is no dead letter`,
        )
    }
  }

  #checkLetters({ participant, letters }: Letters): void {
    const seen = new Set<string>()
    const limit = this.#settings.deliveryLimit
    for (const { event, payload, failures, place } of letters) {
      const key = `${event} ${orderKey(payload.store, payload.orderId)}`
      if (seen.has(key)) this.#report('dead at the limit', `${participant} has two dead letters ${key}`)
      seen.add(key)
      if (place === 'dead' && failures.length !== limit)
        this.#report(
          'dead at the limit',
          `${participant} has ${key} after ${failures.length} failures of ${limit}`,
        )
      if (place !== 'dead' && (this.#participants.get(participant)?.unknown.length ?? 0) === 0)
        this.#report('expires in time', `${participant} has lost ${key}, and was never away that long`)
    }
  }
}
