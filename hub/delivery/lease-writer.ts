/**
 * Writes what becomes of leases. While a step of an order is on its way to the disk the order is *settling* and nothing else is begun with it; each step looks at the order as it
 * is when the ledger runs it, so that whoever came first wins.
 */
import { driverId, FLEET, type OrderKey } from '../../shared/ids.ts'
import type { Assignment } from '../../shared/protocol.ts'
import { isFailure, pickupEntry, type Return } from '../domain/dispatch.ts'
import { holderOf, keyOf, type OrderRecord } from '../domain/order-record.ts'
import type { Board } from './board.ts'
import { assignLeased, type Lot, lease, putBack } from './lease-steps.ts'
import type { DeliveryLedger, DeliveryOptions, DeliveryReports, DeliveryTransaction } from './ports.ts'
import { moveFloor } from './queue-steps.ts'

export interface Giving {
  readonly record: OrderRecord
  readonly driver: string
  readonly back: Omit<Return, 'timeMs'>
}

export type ReleaseOutcome = 'released' | 'not-held' | 'in-transit'

export interface LeaseWriterParts {
  readonly ledger: DeliveryLedger
  readonly reports: DeliveryReports
  readonly now: () => number
  readonly options: DeliveryOptions
  readonly board: Board
  /** An order was not as it was thought to be, and is so. */
  refresh(order: OrderKey, record: OrderRecord | undefined): void
}

export class LeaseWriter {
  readonly #parts: LeaseWriterParts
  readonly #settling = new Set<OrderKey>()
  /** Times that lots were given to be leased, and are not durable yet. */
  #leasing = 0

  constructor(parts: LeaseWriterParts) {
    this.#parts = parts
  }

  isSettling(order: OrderKey): boolean {
    return this.#settling.has(order)
  }

  /** Are leases on their way to the disk? */
  get isLeasing(): boolean {
    return this.#leasing > 0
  }

  #submit(
    orders: readonly OrderKey[],
    step: { decide(transaction: DeliveryTransaction): void; settled(): void },
  ): void {
    for (const order of orders) this.#settling.add(order)
    this.#parts.ledger.submit({
      orders,
      participants: [FLEET],
      decide: step.decide,
      settled: () => {
        for (const order of orders) this.#settling.delete(order)
        step.settled()
      },
    })
  }

  /** @param floor at or below which nothing lies in the fleet's queue once these lots are leased */
  lease(lots: readonly Lot[], floor: number): void {
    const orders = lots.map(({ order }) => order)
    let refused: readonly Lot[] = []
    const found = new Map<OrderKey, OrderRecord | undefined>()
    const decide = (transaction: DeliveryTransaction) => {
      refused = lots.filter((lot) => !transaction.owns(driverId(lot.driver)) || !lease(transaction, lot))
      for (const { order } of refused) found.set(order, transaction.order(order))
      moveFloor(transaction, FLEET, floor)
    }
    // Not sooner: the driver itself may have taken the order, and the board hears of it only when that is durable.
    const settled = () => {
      this.#leasing -= 1
      for (const { driver, order } of refused) {
        this.#parts.board.unreserve(driver, order)
        this.#parts.refresh(order, found.get(order))
      }
    }
    this.#leasing += 1
    this.#submit(orders, { decide, settled })
  }

  /** Their driver has acknowledged these leased pickups. */
  assign(records: readonly OrderRecord[]): void {
    const { reports, now } = this.#parts
    let assigned: readonly OrderRecord[] = []
    const decide = (transaction: DeliveryTransaction) => {
      assigned = records.filter(
        (record) => transaction.owns(driverId(holderOf(record)!)) && assignLeased(transaction, record),
      )
    }
    const settled = () => {
      const nowMs = now()
      reports.acknowledged(assigned.length)
      for (const { time } of assigned) reports.delayed(time, nowMs)
      if (assigned.length < records.length) reports.ignored(records.length - assigned.length)
    }
    this.#submit(records.map(keyOf), { decide, settled })
  }

  /** Those of them with which nothing is begun yet, to be given back. */
  giving(records: readonly OrderRecord[], back: Giving['back']): Giving[] {
    return records
      .filter((record) => !this.isSettling(keyOf(record)))
      .map((record) => ({ record, driver: holderOf(record)!, back }))
  }

  /** Puts orders back with the fleet if they still are as they were. */
  giveBack(giving: readonly Giving[]): void {
    if (giving.length === 0) return
    const returned: { one: Giving; isDead: boolean }[] = []
    const found = new Map<OrderKey, OrderRecord | undefined>()
    const decide = (transaction: DeliveryTransaction) => {
      returned.length = 0
      found.clear()
      for (const one of giving) {
        const record = transaction.order(keyOf(one.record))
        if (record?.state !== one.record.state || holderOf(record) !== one.driver) {
          found.set(keyOf(one.record), record)
          continue
        }
        if (!transaction.owns(driverId(one.driver))) continue
        returned.push({ one, isDead: putBack(transaction, { ...one, record }, this.#parts.options) })
      }
    }
    this.#submit(
      giving.map(({ record }) => keyOf(record)),
      {
        decide,
        settled: () => {
          this.#report(returned)
          for (const [order, record] of found) this.#parts.refresh(order, record)
        },
      },
    )
  }

  #report(returned: readonly { one: Giving; isDead: boolean }[]): void {
    const { reports } = this.#parts
    for (const { one, isDead } of returned) {
      const entry = pickupEntry(one.record)
      if (isFailure(one.back.what)) reports.failed(entry, FLEET, one.back.reason)
      if (isDead) reports.deadLettered(entry, FLEET)
    }
  }

  /** The driver gives an assigned order back. `reply` is called when that is durable. */
  release(
    driver: string,
    release: { order: OrderKey; reason: string },
    reply: (outcome: ReleaseOutcome) => void,
  ): void {
    let outcome: ReleaseOutcome = 'not-held'
    const decide = (transaction: DeliveryTransaction) => {
      outcome = 'not-held'
      const record = transaction.order(release.order)
      if (record === undefined || record.endedMs !== null || record.driver !== driver) return
      if (!transaction.owns(driverId(driver))) return
      outcome = record.state === 'assigned' ? 'released' : 'in-transit'
      if (outcome === 'in-transit') return
      const back = { what: 'released', reason: release.reason } as const
      putBack(transaction, { record, driver, back }, this.#parts.options)
    }
    // Not settling meanwhile: anybody may ask for any order, and must not hold up what its holder does.
    this.#parts.ledger.submit({
      orders: [release.order],
      participants: [FLEET],
      decide,
      settled: () => reply(outcome),
    })
  }

  /** What the driver has acknowledged and not yet delivered. `reply` is called when that is durable. */
  assignments(driver: string, reply: (orders: readonly Assignment[]) => void): void {
    const orders = this.#parts.board.fleet.heldBy(driver)
    let found: Assignment[] = []
    this.#parts.ledger.submit({
      orders,
      decide: (transaction) => {
        found = orders.flatMap((order) => assignmentOf(transaction.order(order), driver))
      },
      settled: () => reply(found),
    })
  }
}

const assignmentOf = (record: OrderRecord | undefined, driver: string): Assignment[] => {
  if (record?.driver !== driver) return []
  return record.state === 'assigned' || record.state === 'in-transit'
    ? [{ ...record.order, state: record.state }]
    : []
}

/** Everything that `driver` holds goes back with the fleet. @returns false, with nothing changed, if something is in transit */
export const withdraw = (
  transaction: DeliveryTransaction,
  held: { driver: string; orders: readonly OrderKey[] },
  options: DeliveryOptions,
): boolean => {
  const records = held.orders.flatMap((order) => transaction.order(order) ?? [])
  const own = records.filter((record) => holderOf(record) === held.driver)
  if (own.some(({ state }) => state === 'in-transit')) return false
  const back = { what: 'released', reason: 'the driver left' } as const
  for (const record of own) putBack(transaction, { record, driver: held.driver, back }, options)
  return true
}
