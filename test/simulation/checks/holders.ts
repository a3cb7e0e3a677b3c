/**
 * Who holds a pickup. From outside a hold is known from below: until when the driver certainly has the lease or the order, whatever the hub does with what was answered.
 *
 * leased: until the acknowledgement time is over, or, while the driver is away, its grace; assigned: for the assignment time; in transit: for ever. A hub that starts gives everybody the grace
 * time anew.
 */
import { type OrderKey, orderKey } from '../../../shared/ids.ts'
import type { Observation } from '../observations.ts'
import type { Check, Report, Settings } from './check.ts'

interface Hold {
  readonly driver: string
  readonly entry: string
  connection: string
  untilMs: number
  leaseEndsMs: number
  isAssigned: boolean
  /** Has the driver said that it is delivered? Then the hub may count it no longer. */
  isDelivered: boolean
  isInTransit: boolean
}

/** Of a driver that is away; a displaced connection also ends, a little later. */
const NONE = ''
const FOR_EVER = Number.POSITIVE_INFINITY

export class Holders implements Check {
  readonly #report: Report
  readonly #settings: Settings
  readonly #holds = new Map<OrderKey, Hold>()
  readonly #carriers = new Map<OrderKey, string>()
  readonly #capacities = new Map<string, number>()
  #goneMs = 0
  /** Holds that ended because their time was over. */
  readonly expired = { leases: 0, assignments: 0 }

  constructor(report: Report, settings: Settings) {
    this.#report = report
    this.#settings = settings
  }

  observe(seen: Observation, nowMs: number): void {
    switch (seen.kind) {
      case 'welcomed':
        if (seen.capacity !== null) this.#capacities.set(seen.participant, seen.capacity)
        return
      case 'handed':
        return this.#handed(seen, nowMs)
      case 'acknowledged':
        return this.#acknowledged(seen, nowMs)
      case 'rejected':
        return this.#forEach(isOf(seen), (hold) => end(hold))
      case 'released':
        return this.#forEach(
          ({ driver }, order) => driver === seen.participant && order === orderKey(seen.store, seen.orderId),
          (hold) => end(hold),
        )
      case 'displaced':
      case 'ended':
        return this.#away(seen.connection, nowMs)
      case 'sent':
        return this.#sent(seen)
      case 'confirmed':
        return this.#confirmed(seen, nowMs)
      case 'hub gone':
        this.#goneMs = nowMs
        return
      case 'hub ready':
        return this.#hubReady(nowMs)
    }
  }

  #forEach(which: (hold: Hold, order: OrderKey) => boolean, change: (hold: Hold) => void): void {
    for (const [order, hold] of this.#holds) if (which(hold, order)) change(hold)
  }

  #handed({ participant, connection, event }: Extract<Observation, { kind: 'handed' }>, nowMs: number): void {
    if (event.event !== 'pickup') return
    const order = orderKey(event.payload.store, event.payload.orderId)
    const { entry } = event
    const hold = this.#holds.get(order)
    const isSameLease = hold?.driver === participant && hold.entry === entry
    const carrier = this.#carriers.get(order)
    if (carrier !== undefined)
      this.#report('one holder', `${participant} was handed ${order}, which ${carrier} carries`)
    if (!isSameLease && hold !== undefined && hold.untilMs > nowMs)
      this.#report(
        'one holder',
        `${participant} was handed ${order} as ${entry}, which ${hold.driver} holds as ${hold.entry}`,
      )
    if (!isSameLease && hold !== undefined && hold.untilMs > 0)
      this.expired[hold.isAssigned ? 'assignments' : 'leases'] += 1
    const leaseEndsMs = nowMs + this.#settings.ackTimeoutMs
    this.#holds.set(order, {
      driver: participant,
      entry,
      connection,
      untilMs: leaseEndsMs,
      leaseEndsMs,
      isAssigned: false,
      isDelivered: false,
      isInTransit: false,
    })
    if (!isSameLease) this.#checkCapacity(participant, nowMs)
  }

  #checkCapacity(driver: string, nowMs: number): void {
    let held = 0
    for (const hold of this.#holds.values())
      if (hold.driver === driver && hold.untilMs > nowMs && !hold.isDelivered) held += 1
    const capacity = this.#capacities.get(driver) ?? 0
    if (held > capacity)
      this.#report('within capacity', `${driver} holds ${held}, its capacity is ${capacity}`)
  }

  #acknowledged(seen: Extract<Observation, { kind: 'acknowledged' }>, nowMs: number): void {
    this.#forEach(isOf(seen), (hold) => {
      if (hold.isInTransit || nowMs >= hold.leaseEndsMs || hold.untilMs <= nowMs) return
      hold.isAssigned = true
      hold.untilMs = nowMs + this.#settings.assignmentMs
    })
  }

  #away(connection: string, nowMs: number): void {
    this.#forEach(
      (hold) =>
        hold.connection === connection && !hold.isAssigned && !hold.isInTransit && hold.untilMs > nowMs,
      (hold) => {
        hold.connection = NONE
        hold.untilMs = nowMs + this.#settings.driverGraceMs
      },
    )
  }

  #sent({ event, participant, payload }: Extract<Observation, { kind: 'sent' }>): void {
    const hold = this.#holds.get(orderKey(payload.store, payload.orderId))
    if (event === 'delivered' && hold?.driver === participant) hold.isDelivered = true
  }

  #confirmed(seen: Extract<Observation, { kind: 'confirmed' }>, nowMs: number): void {
    const { event, participant, payload } = seen
    if (event === 'pickup') return
    const order = orderKey(payload.store, payload.orderId)
    const carrier = this.#carriers.get(order)
    if (carrier !== undefined && carrier !== participant)
      this.#report('one carrier', `${carrier} and ${participant} had events of ${order} accepted`)
    if (carrier !== undefined) return
    const hold = this.#holds.get(order)
    if (hold !== undefined && hold.driver !== participant && hold.untilMs > nowMs)
      this.#report('one holder', `${participant} had ${event} ${order} accepted, which ${hold.driver} holds`)
    this.#carriers.set(order, participant)
    if (hold?.driver !== participant || hold.untilMs <= nowMs) return
    hold.isInTransit = true
    hold.untilMs = FOR_EVER
  }

  /** What was answered may not have been durable, so every hold may be a lease again; one that was over may be over. */
  #hubReady(nowMs: number): void {
    const { driverGraceMs, assignmentMs } = this.#settings
    this.#forEach(
      ({ isInTransit, untilMs }) => !isInTransit && untilMs > this.#goneMs,
      (hold) => {
        hold.untilMs = nowMs + Math.min(driverGraceMs, hold.isAssigned ? assignmentMs : driverGraceMs)
      },
    )
  }
}

/** What comes over another connection than the one that the lease was handed to last does not count. */
const isOf =
  ({ participant, connection, entry }: { participant: string; connection: string; entry: string }) =>
  (hold: Hold): boolean =>
    hold.driver === participant && hold.connection === connection && hold.entry === entry

const end = (hold: Hold): void => {
  hold.untilMs = 0
}
