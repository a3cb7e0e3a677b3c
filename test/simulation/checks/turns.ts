/**
 * Handovers to each participant: one of an order at a time, in the order of its life, within the window, and none after a durable acknowledgement. What is in flight is known only from below:
 * an entry that was handed over less than the acknowledgement time ago and is not answered certainly is.
 */
import { type OrderKey, orderKey } from '../../../shared/ids.ts'
import type { HandedEvent } from '../../../shared/protocol.ts'
import type { Observation } from '../observations.ts'
import { type Check, type Report, type Settings, STAGES } from './check.ts'
import type { Syncs } from './syncs.ts'

interface Flight {
  readonly order: OrderKey
  readonly event: HandedEvent
  isAnswered: boolean
  /** It may be overdue from then on. */
  readonly overdueMs: number
}

interface Connection {
  readonly participant: string
  readonly name: string
  readonly window: number
  readonly inFlight: Map<string, Flight>
}

/** How far a participant is with an order. */
interface Lane {
  readonly stage: number
  readonly entry: string
  readonly attempt: number
  /** Where it was answered; null while it is not. `isCertain` if the hub must have taken the acknowledgement. */
  acknowledged: { mark: number; isCertain: boolean } | null
}

type Handed = Extract<Observation, { kind: 'handed' }>

export class Turns implements Check {
  readonly #report: Report
  readonly #settings: Settings
  readonly #syncs: Syncs
  readonly #current = new Map<string, Connection>()
  readonly #lanes = new Map<string, Lane>()
  /** By participant and entry: where the acknowledgement came that the hub must have taken. */
  readonly #acknowledged = new Map<string, number>()
  /** By driver: orders that it has reported in transit. */
  readonly #taken = new Set<string>()
  /** By participant: ids of events that were handled; by process life: what must not be handled again. */
  readonly #handled = new Set<string>()

  constructor(report: Report, settings: Settings, syncs: Syncs) {
    this.#report = report
    this.#settings = settings
    this.#syncs = syncs
  }

  observe(seen: Observation, nowMs: number): void {
    switch (seen.kind) {
      case 'welcomed':
        return this.#welcomed(seen)
      case 'handed':
        return this.#handed(seen, nowMs)
      case 'acknowledged':
        return this.#answered(seen, nowMs, true)
      case 'rejected':
        return this.#answered(seen, nowMs, false)
      case 'displaced':
      case 'ended':
        return this.#ended(seen.participant, seen.connection)
      case 'sent':
        // A driver takes a leased pickup without acknowledging it.
        if (seen.event === 'in-transit')
          this.#taken.add(`${seen.participant} ${orderKey(seen.payload.store, seen.payload.orderId)}`)
        return
      case 'handled':
        return this.#noteHandled(seen)
      case 'hub gone':
        return this.#current.clear()
    }
  }

  /** The participant may have started anew, with an empty queue. */
  forget(participant: string): void {
    for (const key of this.#lanes.keys()) if (key.startsWith(`${participant} `)) this.#lanes.delete(key)
  }

  #welcomed({ participant, connection, window }: Extract<Observation, { kind: 'welcomed' }>): void {
    this.#current.set(participant, { participant, name: connection, window, inFlight: new Map() })
  }

  #ended(participant: string, connection: string): void {
    if (this.#current.get(participant)?.name === connection) this.#current.delete(participant)
  }

  #handed({ participant, connection, event }: Handed, nowMs: number): void {
    const current = this.#current.get(participant)
    if (current?.name !== connection)
      return this.#report('only to the newest connection', `${connection} was handed ${event.entry}`)
    const mark = this.#acknowledged.get(`${participant} ${event.entry}`)
    if (mark !== undefined && this.#syncs.isDurable(mark))
      this.#report('acknowledged for good', `${participant} was handed ${event.entry} again`)
    const order = orderKey(event.payload.store, event.payload.orderId)
    this.#checkInFlight(current, { order, event }, nowMs)
    if (event.event !== 'pickup' && !event.replay) this.#checkLane(participant, order, event)
    current.inFlight.set(event.entry, {
      order,
      event,
      isAnswered: false,
      overdueMs: nowMs + this.#settings.ackTimeoutMs,
    })
  }

  #checkInFlight(
    { participant, window, inFlight }: Connection,
    { order, event }: Pick<Flight, 'order' | 'event'>,
    nowMs: number,
  ): void {
    let count = 1
    for (const [entry, other] of inFlight) {
      const isOver = other.isAnswered || other.overdueMs <= nowMs
      if (entry === event.entry || isOver || this.#taken.has(`${participant} ${other.order}`)) continue
      count += 1
      if (other.order === order)
        this.#report('one at a time', `${participant} has ${entry} and ${event.entry} of ${order} in flight`)
    }
    if (count > window)
      this.#report(
        'within the window',
        `${participant} has ${count} entries in flight, its window is ${window}`,
      )
  }

  #checkLane(participant: string, order: OrderKey, { event, entry, attempt }: HandedEvent): void {
    const key = `${participant} ${order}`
    const lane = this.#lanes.get(key)
    const stage = STAGES[event]
    if (lane !== undefined && stage < lane.stage)
      this.#report('in lifecycle order', `${participant} was handed ${event} ${order} after what comes later`)
    if (lane !== undefined && stage > lane.stage && !this.#isDone(lane))
      this.#report(
        'one at a time',
        `${participant} was handed ${entry} of ${order} before ${lane.entry} was done`,
      )
    if (lane === undefined || stage > lane.stage || lane.entry !== entry)
      this.#lanes.set(key, { stage, entry, attempt, acknowledged: null })
    else this.#lanes.set(key, { ...lane, attempt })
  }

  /** At the limit it may be dead. An answer that came late may have counted. */
  #isDone({ attempt, acknowledged }: Lane): boolean {
    if (attempt >= this.#settings.deliveryLimit) return true
    if (acknowledged === null) return false
    const { mark, isCertain } = acknowledged
    return !isCertain || this.#syncs.isDurable(mark) || this.#syncs.isDoubtful(mark)
  }

  #answered(
    { participant, connection, entry }: { participant: string; connection: string; entry: string },
    nowMs: number,
    isAcknowledged: boolean,
  ): void {
    const current = this.#current.get(participant)
    const flight = current?.name === connection ? current.inFlight.get(entry) : undefined
    if (current === undefined || flight === undefined) return
    const isCertain = flight.overdueMs > nowMs && !flight.isAnswered
    flight.isAnswered = true
    if (!isAcknowledged) return
    if (!this.#handled.has(`${participant} ${flight.event.id}`))
      this.#report('handled before acknowledged', `${participant} acknowledged ${entry} unhandled`)
    const { mark } = this.#syncs
    if (isCertain) this.#acknowledged.set(`${participant} ${entry}`, mark)
    const lane = this.#lanes.get(`${participant} ${flight.order}`)
    if (lane?.entry === entry) lane.acknowledged = { mark, isCertain }
  }

  #noteHandled({ participant, life, event }: Extract<Observation, { kind: 'handled' }>): void {
    const { id, entry, replay } = event
    this.#handled.add(`${participant} ${id}`)
    const once = `${life}: ${id} ${replay || event.event === 'pickup' ? entry : ''}`
    if (this.#handled.has(once))
      this.#report('handled once', `${life} has handled ${event.event} ${id} twice`)
    this.#handled.add(once)
  }
}
